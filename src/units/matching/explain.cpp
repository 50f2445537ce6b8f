#include "units/matching/explain.h"

#include "base/limits.h"
#include "match/near_reference.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/neighbourhood.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "units/matching/judge.h"
#include "units/matching/neighbours.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

// What a payment is compared as: by what is still to come of it; by the whole, once it is closed.
match::MatchFields compared_as(const domain::Payment& payment) {
    match::MatchFields fields = payment.identity;
    if (!domain::is_open(payment.status))
        fields.amount = payment.amount;
    return fields;
}

PairVerdict verdict_of(const ExplainedPair& pair, match::Policy policy, bool other_is_open) {
    if (!other_is_open)
        return PairVerdict::not_open;
    if (pair.is_ruled_out)
        return PairVerdict::vetoed;
    if (pair.rank)
        return policy == match::Policy::suggest ? PairVerdict::suggested : PairVerdict::rival;
    return pair.veto == match::Veto::nothing_in_common ? PairVerdict::nothing_in_common
                                                       : PairVerdict::vetoed;
}

void keep_best(std::vector<ExplainedPair>& pairs, std::size_t limit) {
    const auto place = [](const ExplainedPair& pair) {
        const bool is_candidate = pair.verdict <= PairVerdict::suggested;
        const int verdict =
            is_candidate ? static_cast<int>(pair.verdict) : static_cast<int>(PairVerdict::vetoed);
        const int rank = pair.rank ? static_cast<int>(*pair.rank) : static_cast<int>(match::ranks);
        const auto apart = std::abs(pair.settlement.settled_at.us - pair.payment.created_at.us);
        return std::tuple(verdict, is_candidate ? rank : -likeness(pair),
                          static_cast<int>(pair.verdict), apart, pair.payment.id,
                          pair.settlement.id);
    };
    std::ranges::sort(pairs, {}, place);
    if (pairs.size() > limit)
        pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(limit), pairs.end());
}

// What is looked at on the other side.
struct Around {
    std::set<std::int64_t> loaded; // what is compared
    std::set<std::int64_t> seen;   // and what only its reference was read of
    bool limit_reached = false;

    void add(std::int64_t id) {
        loaded.insert(id);
        seen.insert(id);
    }
};

store::Neighbourhood neighbourhood_of(store::Neighbours kind, const std::string& account,
                                      Instant at) {
    return {kind, account, first_id_at(at - explained_window), first_id_at(at + explained_window)};
}

// The keys of the matching find what has another amount by long references alone.
bool is_alike(std::string_view reference, std::string_view other) {
    return (!reference.empty() && reference == other) || match::is_near_reference(reference, other);
}

// Adds those of the amount, and those whose reference is equal or near.
Step<> look_around(Session& s, TenantId tenant, store::Neighbourhood where,
                   match::MatchFields subject, Around& around) {
    const auto same = co_await store::neighbours_of_amount(s, tenant, where, subject.amount,
                                                           explained_of_amount_max);
    for (const std::int64_t id : same.ids)
        around.add(id);
    const std::size_t room = explained_rows_max - std::min(explained_rows_max, around.seen.size());
    const auto newest = co_await store::newest_neighbours(s, tenant, where, room);
    around.limit_reached = around.limit_reached || same.limit_reached || newest.size() == room;
    for (const store::NeighbourReference& each : newest) {
        around.seen.insert(each.id);
        if (is_alike(each.reference, subject.reference))
            around.loaded.insert(each.id);
    }
}

// The matching's verdict on the settlement, on the pairs that it is about.
void overlay(const Verdict& verdict, std::vector<ExplainedPair>& pairs) {
    for (std::size_t i = 0; i < verdict.candidates.size(); ++i) {
        const RankedPayment& candidate = verdict.candidates[i];
        const auto pair = std::ranges::find(
            pairs, candidate.payment.id, [](const ExplainedPair& each) { return each.payment.id; });
        if (pair == pairs.end())
            continue;
        pair->rank = candidate.rank;
        pair->comparison = candidate.comparison;
        pair->reject_reason = candidate.reject_reason;
        const bool is_suggested = candidate.policy == match::Policy::suggest;
        pair->verdict = is_suggested ? PairVerdict::suggested : PairVerdict::rival;
        if (verdict.outcome == match::Outcome::one && i == 0)
            pair->verdict = PairVerdict::match;
    }
}

// And what was decided already.
void overlay(const std::vector<domain::Match>& matches, std::vector<ExplainedPair>& pairs) {
    for (ExplainedPair& pair : pairs)
        for (const domain::Match& match : matches)
            if (match.payment_id == pair.payment.id && match.settlement_id == pair.settlement.id) {
                pair.verdict = PairVerdict::match;
                pair.rank = match.rank;
                pair.veto = std::nullopt;
                const bool is_whole =
                    match.amount == pair.settlement.amount && match.amount == pair.payment.amount;
                pair.part = is_whole ? std::nullopt : std::optional(match.amount);
            }
}

ExplainedOutcome outcome_of(domain::SettlementStatus status) {
    using domain::SettlementStatus;
    switch (status) {
    case SettlementStatus::matched:
        return ExplainedOutcome::matched;
    case SettlementStatus::ambiguous:
        return ExplainedOutcome::ambiguous;
    case SettlementStatus::rejected:
        return ExplainedOutcome::rejected;
    case SettlementStatus::unmatched:
    case SettlementStatus::reversed:
        break;
    }
    return ExplainedOutcome::unmatched;
}

std::vector<std::int64_t> ids_in(const std::set<std::int64_t>& ids) {
    return {ids.begin(), ids.end()};
}

// Judges the settlements that fit the payment best, and says on each pair what it would come to.
Step<> judge_pairs(Session& s, const Context& context, TenantId tenant,
                   std::vector<ExplainedPair>& pairs) {
    keep_best(pairs, pairs.size());
    std::size_t judged = 0;
    for (ExplainedPair& pair : pairs) {
        if (pair.verdict != PairVerdict::rival && pair.verdict != PairVerdict::suggested)
            continue;
        if (++judged > judged_at_once_max)
            break;
        const Verdict verdict = co_await judge(s, context, tenant, pair.settlement, Reach::loose);
        std::vector<ExplainedPair> one{pair};
        overlay(verdict, one);
        if (verdict.outcome == match::Outcome::one &&
            verdict.candidates.front().payment.id != pair.payment.id)
            one.front().taken_by = verdict.candidates.front().payment.client_id;
        pair = std::move(one.front());
    }
}

} // namespace

ExplainedPair compare_pair(domain::Payment payment, domain::Settlement settlement,
                           const match::RuleSet& rules, bool other_is_open) {
    const match::MatchFields fields = compared_as(payment);
    const auto compared = match::relate_in_full(fields, settlement.identity, rules);
    ExplainedPair pair{std::move(payment), std::move(settlement)};
    pair.expected = fields.amount;
    pair.rank = compared.relation.rank;
    pair.veto = compared.relation.veto;
    pair.comparison = compared.comparison;
    pair.is_ruled_out = pair.settlement.refuses(pair.payment.id);
    pair.near_reference =
        match::is_near_reference(fields.reference, pair.settlement.identity.reference);
    pair.verdict = verdict_of(pair, compared.relation.policy, other_is_open);
    return pair;
}

int likeness(const ExplainedPair& pair) {
    const match::Comparison& c = pair.comparison;
    constexpr int id = 8, reference = 4, amount = 2, payer = 2, name = 1;
    int sum = 0;
    sum +=
        c.uetr == match::Ids::equal || c.end_to_end_id == match::Ids::equal || c.crossed ? id : 0;
    sum += c.reference == match::References::equal || c.reference_in_part() || pair.near_reference
               ? reference
               : 0;
    sum += c.amounts == match::Amounts::equal || c.amounts == match::Amounts::accepted ? amount : 0;
    sum += c.payer == match::Ids::equal ? payer : 0;
    sum += c.name == match::Ids::equal ? name : 0;
    return sum;
}

std::string_view token(PairVerdict verdict) {
    static constexpr std::array<std::string_view, 6> tokens{
        "match", "rival", "suggested", "vetoed", "not_open", "nothing_in_common"};
    return tokens[static_cast<std::size_t>(verdict)];
}

std::string_view token(ExplainedOutcome outcome) {
    static constexpr std::array<std::string_view, 4> tokens{"matched", "ambiguous", "unmatched",
                                                            "rejected"};
    return tokens[static_cast<std::size_t>(outcome)];
}

Step<Explanation> explain_settlement(Session& s, const Context& context, TenantId tenant,
                                     domain::Settlement settlement, Instant now,
                                     std::size_t limit) {
    Explanation explained{.outcome = outcome_of(settlement.status)};
    explained.matches = co_await store::matches_of_settlement(s, tenant, settlement.id);
    const auto near = co_await payments_near(s, context, tenant, settlement, Reach::loose);
    Around around;
    around.limit_reached = near.seen == match::Coverage::truncated || near.is_cut;
    for (const domain::Payment& payment : near.items)
        around.add(payment.id.value);
    for (const domain::Payment& payment : near.refused)
        around.add(payment.id.value);
    for (const domain::Match& match : explained.matches)
        around.add(match.payment_id.value);
    co_await look_around(s, tenant,
                         neighbourhood_of(store::Neighbours::payments, settlement.identity.account,
                                          settlement.received_at),
                         settlement.identity, around);
    const auto rules = context.rules_of(tenant, settlement.identity.account);
    for (domain::Payment& payment :
         co_await store::find_payments(s, tenant, ids_in(around.loaded))) {
        const bool is_open = domain::is_open(payment.status);
        explained.pairs.push_back(compare_pair(std::move(payment), settlement, *rules, is_open));
    }
    if (settlement.is_open()) {
        const Verdict verdict = co_await judge(s, context, tenant, settlement, Reach::loose);
        overlay(verdict, explained.pairs);
        if (verdict.outcome == match::Outcome::one && !context.watermark_passed(settlement, now))
            explained.decided_at = settlement.received_at + context.watermark;
    }
    overlay(explained.matches, explained.pairs);
    explained.looked_at = around.seen.size();
    explained.limit_reached = around.limit_reached;
    keep_best(explained.pairs, limit);
    co_return explained;
}

Step<Explanation> explain_payment(Session& s, const Context& context, TenantId tenant,
                                  domain::Payment payment, std::size_t limit) {
    Explanation explained;
    explained.matches = co_await store::matches_of_payment(s, tenant, payment.id);
    const match::MatchFields fields = compared_as(payment);
    Around around;
    for (const SettlementId id : co_await waiting_near(s, context, tenant, fields))
        around.add(id.value);
    for (const std::int64_t id : co_await waiting_sharing(s, context, tenant, {fields}))
        around.add(id);
    around.limit_reached = around.seen.size() >= limits::candidates_max;
    for (const domain::Match& match : explained.matches)
        around.add(match.settlement_id.value);
    co_await look_around(
        s, tenant,
        neighbourhood_of(store::Neighbours::settlements, fields.account, payment.registered_at),
        fields, around);
    const auto rules = context.rules_of(tenant, fields.account);
    for (domain::Settlement& settlement :
         co_await store::find_settlements(s, tenant, ids_in(around.loaded))) {
        const bool is_open = settlement.is_open();
        explained.pairs.push_back(compare_pair(payment, std::move(settlement), *rules, is_open));
    }
    if (domain::is_open(payment.status))
        co_await judge_pairs(s, context, tenant, explained.pairs);
    overlay(explained.matches, explained.pairs);
    const bool is_disputed = std::ranges::any_of(explained.pairs, [](const ExplainedPair& pair) {
        return pair.verdict == PairVerdict::rival &&
               pair.settlement.status == domain::SettlementStatus::ambiguous;
    });
    if (!explained.matches.empty())
        explained.outcome = ExplainedOutcome::matched;
    else if (is_disputed)
        explained.outcome = ExplainedOutcome::ambiguous;
    explained.looked_at = around.seen.size();
    explained.limit_reached = around.limit_reached;
    keep_best(explained.pairs, limit);
    co_return explained;
}

} // namespace settled::units
