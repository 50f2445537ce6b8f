#include "units/matching/registered_late.h"

#include "base/assert.h"
#include "base/limits.h"
#include "domain/members.h"
#include "match/choice.h"
#include "match/groups.h"
#include "match/keys.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/search.h"
#include "store/queries/money/settlements.h"
#include "units/deliveries/publish.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace settled::units {

namespace {

using match::Outcome;
using store::Session;
using store::Side;
using store::Step;

// A match of a settlement that may be another payment's.
struct Doubted {
    domain::Match match;
    domain::PaymentIds payment;
    match::Rank fits_by{}; // of the payment that was registered late
};

// A match by an id is not contested by a payment that is registered later and fits by a reference.
bool is_beyond_doubt(match::Rank matched_by, match::Rank fits_by) {
    return matched_by <= match::Rank::end_to_end_id && fits_by > match::Rank::crossed_ids;
}

// As it was before its money came.
match::MatchFields whole(const domain::Payment& payment) {
    match::MatchFields identity = payment.identity;
    identity.amount = payment.amount;
    return identity;
}

// By which rank the settlement could pay the late payment, had it been known together with the
// others; which of twins was matched does not matter.
std::optional<match::Rank> could_be_of(const domain::Payment& late,
                                       const std::vector<domain::Payment>& others,
                                       const domain::Settlement& settlement,
                                       const match::RuleSet& rules) {
    std::vector<match::MatchFields> identities{late.identity};
    for (const domain::Payment& other : others) {
        identities.push_back(whole(other));
        if (match::are_twins(std::array{identities.front(), identities.back()}))
            return std::nullopt;
    }
    const match::Choice choice =
        match::choose_payment(settlement.identity, identities, match::Coverage::complete, rules);
    const auto self = std::ranges::find(choice.candidates, 0U, &match::Candidate::index);
    if (choice.outcome == Outcome::none || self == choice.candidates.end())
        return std::nullopt;
    return self->rank;
}

Step<> doubt_matches_of(Session& s, const UnitScope& work, const domain::Payment& late,
                        const domain::Settlement& settlement, std::vector<Doubted>& doubted) {
    const auto matches = co_await store::matches_of_settlement(s, work.tenant, settlement.id);
    std::vector<domain::Payment> others;
    for (const domain::Match& match : matches) {
        auto payment = co_await store::find_payment(s, work.tenant, match.payment_id);
        if (!payment)
            co_return; // it is purged just now, with the settlement
        others.push_back(std::move(*payment));
    }
    const auto rules = work.context.rules_of(work.tenant, settlement.identity.account);
    const auto rank = could_be_of(late, others, settlement, *rules);
    for (std::size_t i = 0; rank && i < matches.size(); ++i)
        if (!is_beyond_doubt(matches[i].rank, *rank))
            doubted.push_back({matches[i], domain::ids_of(others[i]), *rank});
}

Step<std::vector<Doubted>> find_doubted(Session& s, const UnitScope& work,
                                        const domain::Payment& late) {
    const auto keys =
        match::probe_keys(work.context.keys.of(work.tenant), late.identity, match::Of::payment);
    const auto found =
        co_await store::find_under(s, work.tenant, Side::trace, keys, limits::candidates_max);
    std::vector<Doubted> doubted;
    for (const domain::Settlement& settlement :
         co_await store::find_existing_settlements(s, work.tenant, found.owners))
        if (settlement.status == domain::SettlementStatus::matched && !settlement.refuses(late.id))
            co_await doubt_matches_of(s, work, late, settlement, doubted);
    co_return doubted;
}

std::string detail_of(const domain::Payment& late, const std::vector<Doubted>& doubted) {
    wire::JsonWriter w;
    w.object();
    domain::write_payment_ids(w, domain::ids_of(late));
    w.key("matches").array();
    for (const Doubted& each : doubted) {
        w.object().member("match_id", to_string(each.match.id));
        w.member("settlement_id", to_string(each.match.settlement_id));
        domain::write_payment_ids(w, each.payment);
        w.member("rank", static_cast<int>(each.match.rank));
        w.member("rule", match::token(each.match.rank));
        w.member("fits_by_rank", static_cast<int>(each.fits_by));
        w.member("fits_by_rule", match::token(each.fits_by)).end();
    }
    w.end().end();
    return std::move(w).text();
}

std::vector<SettlementId> settlements_of(const std::vector<Doubted>& doubted) {
    std::vector<SettlementId> ids;
    for (const Doubted& each : doubted)
        if (ids.empty() || ids.back() != each.match.settlement_id)
            ids.push_back(each.match.settlement_id);
    return ids;
}

} // namespace

bool was_registered_late(const UnitScope& work, const domain::Payment& payment) {
    const auto rules = work.context.rules_of(work.tenant, payment.identity.account);
    const auto allowed =
        rules->waits_for_payments() ? work.context.watermark : std::chrono::microseconds::zero();
    return payment.created_at + allowed < payment.registered_at;
}

Step<> look_for_its_money(Session& s, const UnitScope& work, const domain::Payment& payment) {
    const auto doubted = co_await find_doubted(s, work, payment);
    if (doubted.empty())
        co_return;
    const auto id = work.context.ids.next<ReviewId>();
    co_await store::insert_review(s, work.tenant,
                                  {id, std::string(store::review_possible_misallocation),
                                   payment.id.value, "open", detail_of(payment, doubted), work.now,
                                   std::nullopt});
    domain::Payment told = payment;
    ++told.version;
    co_await update_payment(s, work, store::state_of(payment), told);
    const auto event = domain::registered_late_event(work.context.ids.next<EventId>(), told, id,
                                                     settlements_of(doubted), work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

Step<> close_late_review(Session& s, const UnitScope& work, const domain::Payment& payment) {
    if (!was_registered_late(work, payment))
        co_return;
    co_await close_open_review_of(s, work, store::review_possible_misallocation, payment.id.value);
}

} // namespace settled::units
