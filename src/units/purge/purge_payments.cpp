#include "units/purge/purge_payments.h"

#include "store/queries/feeds.h"
#include "store/queries/money/histories.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "store/queries/purged.h"
#include "store/queries/purging.h"
#include "store/queries/seals.h"
#include "store/queries/walks.h"
#include "units/matching/named_by_return.h"
#include "units/matching/pairing.h"

#include <algorithm>
#include <map>
#include <vector>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

// More belongs together only where a person has matched again and again: it stays.
constexpr std::size_t together_max = 64;

// Payments and settlements that matches join, whether or not the matches live.
struct Together {
    std::map<PaymentId, domain::Payment> payments;
    std::map<SettlementId, domain::Settlement> settlements;
    std::map<MatchId, domain::Match> matches;
    bool is_whole = true; // false: there is more than together_max, or a row is not there

    std::size_t size() const { return payments.size() + settlements.size() + matches.size(); }
};

class Gathering {
  public:
    Gathering(Session& s, TenantId tenant) : s_(s), tenant_(tenant) {}

    Step<Together> gather(PaymentId first) {
        co_await add(first);
        while (all_.is_whole && !to_visit_.empty()) {
            const MatchId id = to_visit_.back();
            to_visit_.pop_back();
            if (!all_.matches.contains(id))
                co_await add(id);
        }
        co_return std::move(all_);
    }

  private:
    Step<> add(PaymentId id) {
        auto payment = co_await store::find_payment(s_, tenant_, id);
        all_.is_whole = all_.is_whole && payment.has_value();
        if (!payment)
            co_return;
        all_.payments.emplace(id, *std::move(payment));
        const auto matches =
            co_await store::all_matches_of_payment(s_, tenant_, id, together_max + 1);
        to_visit_.insert(to_visit_.end(), matches.begin(), matches.end());
    }
    Step<> add(SettlementId id) {
        auto settlement = co_await store::find_settlement(s_, tenant_, id);
        all_.is_whole = all_.is_whole && settlement.has_value();
        if (!settlement)
            co_return;
        all_.settlements.emplace(id, *std::move(settlement));
        const auto matches =
            co_await store::all_matches_of_settlement(s_, tenant_, id, together_max + 1);
        to_visit_.insert(to_visit_.end(), matches.begin(), matches.end());
    }
    Step<> add(MatchId id) {
        auto match = co_await store::find_match(s_, tenant_, id);
        all_.is_whole = match.has_value() && all_.size() < together_max;
        if (!all_.is_whole)
            co_return;
        const PaymentId payment = match->payment_id;
        const SettlementId settlement = match->settlement_id;
        all_.matches.emplace(id, *std::move(match));
        if (!all_.payments.contains(payment))
            co_await add(payment);
        if (!all_.settlements.contains(settlement))
            co_await add(settlement);
    }

    Session& s_;
    TenantId tenant_;
    Together all_;
    std::vector<MatchId> to_visit_;
};

// What judges, matches or returns one of them waits.
Step<> lock(Session& s, const PurgeScope& scope, const Together& all) {
    for (const auto& [id, payment] : all.payments) {
        store::Locks locks{store::Lock::payment(scope.tenant, payment.client_id)};
        match::MatchFields whole = payment.identity;
        add_block_lock(locks, scope.context, scope.tenant, whole);
        whole.amount = payment.amount;
        add_block_lock(locks, scope.context, scope.tenant, whole);
        co_await s.lock(locks);
    }
    for (const auto& [id, settlement] : all.settlements) {
        store::Locks locks;
        add_block_lock(locks, scope.context, scope.tenant, settlement.identity);
        co_await s.lock(locks);
    }
}

bool is_settled_down(const PurgeScope& scope, const Together& all) {
    using enum domain::PaymentStatus;
    const auto payment_may_go = [&](const auto& each) {
        const domain::Payment& p = each.second;
        return (p.status == settled || p.status == returned || p.status == cancelled) &&
               p.registered_at < scope.until;
    };
    const auto settlement_may_go = [&](const auto& each) {
        const domain::Settlement& t = each.second;
        return !t.is_open() && !t.has_open_review() && !t.look_again &&
               t.received_at < scope.until && t.settled_at < scope.until;
    };
    const auto match_may_go = [&](const auto& each) {
        const domain::Match& m = each.second;
        return m.matched_at < scope.until && (!m.ended_at || *m.ended_at < scope.until);
    };
    return all.is_whole && std::ranges::all_of(all.payments, payment_may_go) &&
           std::ranges::all_of(all.settlements, settlement_may_go) &&
           std::ranges::all_of(all.matches, match_may_go);
}

// No person, timer, partner or core banking system is at it.
Step<bool> is_left_alone(Session& s, const PurgeScope& scope, std::int64_t subject) {
    const bool in_review = co_await store::has_open_review(s, scope.tenant, subject);
    if (in_review)
        co_return false;
    const bool has_timer = co_await store::has_queued_task(s, scope.tenant, subject);
    if (has_timer)
        co_return false;
    const bool is_owed = co_await store::has_open_delivery(s, scope.tenant, subject, scope.until);
    co_return !is_owed;
}

// By a return that still looks for its settlement, or about which a person is asked.
Step<bool> is_named_by_return(Session& s, const PurgeScope& scope,
                              const domain::Settlement& settlement) {
    const UnitScope work{scope.context, scope.tenant, scope.now};
    for (const domain::Reversal& reversal : co_await returns_naming(s, work, settlement)) {
        if (reversal.status == domain::ReversalStatus::waiting)
            co_return true;
        const bool in_review =
            co_await store::has_open_review(s, scope.tenant, reversal.webhook_id.value);
        if (in_review)
            co_return true;
    }
    co_return false;
}

Step<bool> are_left_alone(Session& s, const PurgeScope& scope, const Together& all) {
    for (const auto& [id, payment] : all.payments) {
        const bool alone = co_await is_left_alone(s, scope, id.value);
        if (!alone)
            co_return false;
    }
    for (const auto& [id, settlement] : all.settlements) {
        const bool alone = co_await is_left_alone(s, scope, id.value);
        const bool under_way = co_await store::has_money_under_way(s, scope.tenant, id);
        if (!alone || under_way)
            co_return false;
        const std::int64_t webhook = settlement.webhook_id.value;
        if (webhook != 0 && co_await store::has_open_review(s, scope.tenant, webhook))
            co_return false;
        const bool is_named = co_await is_named_by_return(s, scope, settlement);
        if (is_named)
            co_return false;
    }
    for (const auto& [id, match] : all.matches) {
        const bool in_review = co_await store::has_open_review(s, scope.tenant, id.value);
        if (in_review)
            co_return false;
    }
    co_return true;
}

// The positions of the matches and of their ends; nullopt: one of them is not sealed yet.
Step<std::optional<std::vector<std::int64_t>>> sealed_positions(Session& s, const PurgeScope& scope,
                                                                const Together& all) {
    const auto seal = co_await store::last_seal(s, scope.tenant);
    std::vector<std::int64_t> positions;
    for (const auto& [id, match] : all.matches) {
        const auto made = co_await store::place_of(s, scope.tenant, store::Feed::matches, id.value);
        if (!made || !seal || made->position > seal->to_position)
            co_return std::nullopt;
        positions.push_back(made->position);
        const auto end = co_await store::find_match_end(s, scope.tenant, id);
        if (!end)
            continue;
        const auto ended =
            co_await store::place_of(s, scope.tenant, store::Feed::match_ends, end->id.value);
        if (!ended || ended->position > seal->to_position)
            co_return std::nullopt;
        positions.push_back(ended->position);
    }
    co_return positions;
}

Step<> keep_evidence(Session& s, const PurgeScope& scope,
                     const std::vector<std::int64_t>& positions) {
    for (const std::int64_t position : positions) {
        const auto found =
            co_await store::sealed_records(s, scope.tenant, position - 1, position, 1);
        for (const domain::SealedRecord& record : found.records)
            co_await store::insert_purged_evidence(
                s, scope.tenant, {record.position, record.kind, record.id, record.hash()});
    }
}

Step<> remove(Session& s, const PurgeScope& scope, const Together& all) {
    using store::PurgedKind;
    for (const auto& [id, match] : all.matches) {
        co_await store::insert_purged(
            s, scope.tenant, {.kind = PurgedKind::match, .id = id.value, .purged_at = scope.now});
        co_await store::delete_match(s, scope.tenant, id);
    }
    for (const auto& [id, settlement] : all.settlements) {
        co_await store::insert_purged(s, scope.tenant,
                                      {.kind = PurgedKind::settlement,
                                       .id = id.value,
                                       .name = settlement.identity.end_to_end_id,
                                       .purged_at = scope.now});
        co_await store::delete_settlement(s, scope.tenant, settlement);
    }
    for (const auto& [id, payment] : all.payments) {
        co_await store::insert_purged(s, scope.tenant,
                                      {.kind = PurgedKind::payment,
                                       .id = id.value,
                                       .name = payment.client_id,
                                       .purged_at = scope.now});
        co_await store::delete_payment(s, scope.tenant, payment);
    }
}

} // namespace

Step<> purge_payment(Session& s, const PurgeScope& scope, PaymentId id,
                     store::PurgeCounts& counts) {
    const auto there = co_await store::find_payment(s, scope.tenant, id);
    if (!there)
        co_return; // it went with another one
    Together all = co_await Gathering(s, scope.tenant).gather(id);
    if (is_settled_down(scope, all)) {
        co_await lock(s, scope, all);
        all = co_await Gathering(s, scope.tenant).gather(id);
    }
    std::optional<std::vector<std::int64_t>> positions;
    if (is_settled_down(scope, all)) {
        const bool alone = co_await are_left_alone(s, scope, all);
        if (alone)
            positions = co_await sealed_positions(s, scope, all);
    }
    if (!positions) {
        ++counts.kept;
        co_return;
    }
    const bool is_counted_with_another = all.payments.begin()->first != id;
    if (scope.dry_run && is_counted_with_another)
        co_return;
    counts.payments += static_cast<std::int64_t>(all.payments.size());
    counts.settlements += static_cast<std::int64_t>(all.settlements.size());
    counts.matches += static_cast<std::int64_t>(all.matches.size());
    if (scope.dry_run)
        co_return;
    co_await keep_evidence(s, scope, *positions);
    co_await remove(s, scope, all);
}

} // namespace settled::units
