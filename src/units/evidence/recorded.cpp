#include "units/evidence/recorded.h"

#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/reversals.h"
#include "store/queries/money/settlements.h"
#include "store/queries/walks.h"

#include <algorithm>
#include <array>
#include <optional>

namespace settled::units {

namespace {

using store::Session;
using store::Step;
using store::Walked;

constexpr std::array kinds{Walked::payments, Walked::settlements, Walked::reversals,
                           Walked::hand_made_matches, Walked::hand_made_ends};

struct Found {
    Walked kind{};
    store::WalkedId id;
};

Step<std::optional<RecordedFact>> read_payment(Session& s, TenantId tenant, std::int64_t id) {
    auto payment = co_await store::find_payment(s, tenant, PaymentId{id});
    if (payment->status == domain::PaymentStatus::cancelled)
        co_return std::nullopt;
    co_return RecordedFact{id, payment->registered_at, std::move(*payment)};
}

Step<std::optional<RecordedFact>> read_settlement(Session& s, TenantId tenant, std::int64_t id) {
    auto settlement = co_await store::find_settlement(s, tenant, SettlementId{id});
    if (settlement->status == domain::SettlementStatus::rejected)
        co_return std::nullopt;
    co_return RecordedFact{id, settlement->received_at, std::move(*settlement)};
}

Step<std::optional<RecordedFact>> read_reversal(Session& s, TenantId tenant, std::int64_t id) {
    auto reversal = co_await store::find_reversal(s, tenant, ReversalId{id});
    co_return RecordedFact{id, reversal->received_at, std::move(*reversal)};
}

// The matches that one decision made are one fact, reported with the first of them.
Step<std::optional<RecordedFact>> read_hand_made(Session& s, TenantId tenant, std::int64_t id) {
    const auto match = co_await store::find_match(s, tenant, MatchId{id});
    if (!match)
        co_return std::nullopt;
    HandMade made{match->settlement_id, {}, match->actor};
    const auto all = co_await store::all_matches_of(s, tenant, match->settlement_id);
    for (const MatchId each : all) {
        const auto other = co_await store::find_match(s, tenant, each);
        if (other->actor.empty() || other->matched_at != match->matched_at)
            continue;
        if (other->id < match->id)
            co_return std::nullopt;
        const auto payment = co_await store::find_payment(s, tenant, other->payment_id);
        made.parts.push_back({payment->client_id, other->amount});
    }
    co_return RecordedFact{id, match->matched_at, std::move(made)};
}

Step<std::optional<RecordedFact>> read_hand_undone(Session& s, TenantId tenant,
                                                   const store::WalkedId& id) {
    const auto end = co_await store::find_match_end(s, tenant, MatchId{id.subject});
    const auto match = co_await store::find_match(s, tenant, MatchId{id.subject});
    if (!match)
        co_return std::nullopt;
    co_return RecordedFact{id.id, end->ended_at, HandUndone{match->settlement_id, end->actor}};
}

Step<std::optional<RecordedFact>> read(Session& s, TenantId tenant, const Found& found) {
    switch (found.kind) {
    case Walked::payments:
        co_return co_await read_payment(s, tenant, found.id.id);
    case Walked::settlements:
        co_return co_await read_settlement(s, tenant, found.id.id);
    case Walked::reversals:
        co_return co_await read_reversal(s, tenant, found.id.id);
    case Walked::hand_made_matches:
        co_return co_await read_hand_made(s, tenant, found.id.id);
    default:
        co_return co_await read_hand_undone(s, tenant, found.id);
    }
}

} // namespace

Step<RecordedPage> recorded_facts(Session& s, TenantId tenant, std::int64_t after,
                                  std::size_t limit) {
    std::vector<Found> found;
    std::int64_t bound = INT64_MAX; // beyond it not every kind was looked at
    for (const Walked kind : kinds) {
        const auto ids = co_await store::walk(s, tenant, kind, after, limit);
        for (const store::WalkedId& id : ids)
            found.push_back({kind, id});
        if (ids.size() == limit)
            bound = std::min(bound, ids.back().id);
    }
    std::erase_if(found, [bound](const Found& each) { return each.id.id > bound; });
    std::ranges::sort(found, {}, [](const Found& each) { return each.id.id; });
    RecordedPage page;
    page.more = bound != INT64_MAX;
    page.after = found.empty() ? after : found.back().id.id;
    for (const Found& each : found) {
        auto fact = co_await read(s, tenant, each);
        if (fact)
            page.facts.push_back(std::move(*fact));
        else if (each.kind == Walked::payments || each.kind == Walked::settlements)
            ++page.left_out;
    }
    co_return page;
}

Step<std::int64_t> count_recorded(Session& s, TenantId tenant) {
    std::int64_t all = 0;
    for (const Walked kind : {Walked::payments, Walked::settlements})
        all += co_await store::count(s, tenant, kind);
    co_return all;
}

} // namespace settled::units
