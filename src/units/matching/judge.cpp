#include "units/matching/judge.h"

#include "match/ladder.h"
#include "match/near_reference.h"
#include "units/matching/claims.h"
#include "units/matching/nearest.h"

#include <algorithm>

namespace settled::units {

using match::Outcome;

namespace {

using Payments = Candidates<domain::Payment>;

std::size_t count_related(const std::vector<domain::Payment>& payments,
                          const match::MatchFields& settlement, const match::RuleSet& rules) {
    return static_cast<std::size_t>(
        std::ranges::count_if(payments, [&](const domain::Payment& payment) {
            return match::relate(payment.identity, settlement, rules).rank.has_value();
        }));
}

store::Step<Verdict> judge_among(store::Session& s, const Context& context, TenantId tenant,
                                 const domain::Settlement& settlement, const Payments& payments,
                                 Reach reach) {
    const auto rules = context.rules_of(tenant, settlement.identity.account);
    Verdict verdict;
    const auto narrowed = settlement.undone ? std::optional(with_ids_alone(*rules)) : std::nullopt;
    const match::Choice choice = match::choose_payment(
        settlement.identity, payments.identities, payments.seen, narrowed ? *narrowed : *rules);
    verdict.payments_seen = payments.items.size();
    verdict.reads = payments.reads;
    verdict.all_compared = payments.seen != match::Coverage::truncated;
    verdict.excluded = count_related(payments.refused, settlement.identity, *rules);
    const bool may_only_be_suggested =
        choice.outcome == Outcome::none && !choice.candidates.empty();
    verdict.outcome =
        settlement.undone && may_only_be_suggested ? Outcome::ambiguous : choice.outcome;
    for (const match::Candidate& candidate : choice.candidates)
        verdict.candidates.push_back({payments.items[candidate.index], candidate.rank,
                                      candidate.policy, candidate.comparison,
                                      candidate.reject_reason});
    if (verdict.outcome != Outcome::one)
        co_return verdict;

    const domain::Payment& chosen = verdict.candidates.front().payment;
    const auto suitors = co_await settlements_near(s, context, tenant, chosen, settlement, reach);
    const match::Choice returned =
        match::choose_settlement(chosen.identity, suitors.identities, suitors.seen, *rules);
    verdict.settlements_seen = suitors.items.size();
    verdict.reads += suitors.reads;
    constexpr std::size_t judged = 0; // among the candidate settlements
    const auto refused = match::counterpart_rejection(returned, judged);
    if (refused && !co_await only_claims_that_go_elsewhere(s, context, tenant, chosen, returned,
                                                           suitors, reach)) {
        verdict.outcome = Outcome::ambiguous;
        verdict.candidates.front().reject_reason = refused;
    }
    co_return verdict;
}

// Payments that nothing sets apart from the settlement but one character, lost or doubled, of the
// reference: only suggestions, and only where there is nothing else.
void suggest_near_references(Verdict& verdict, const domain::Settlement& settlement,
                             const Payments& payments, const match::RuleSet& rules) {
    if (rules.policy(match::Rank::amount) == match::Policy::off)
        return;
    for (std::size_t i = 0; i < payments.items.size(); ++i) {
        const match::Compared compared =
            match::relate_in_full(payments.identities[i], settlement.identity, rules);
        const bool is_near = compared.relation.veto == match::Veto::nothing_in_common &&
                             compared.comparison.amounts == match::Amounts::equal &&
                             match::has_one_more_character(payments.identities[i].reference,
                                                           settlement.identity.reference);
        if (is_near)
            verdict.candidates.push_back({payments.items[i], match::Rank::amount,
                                          match::Policy::suggest, compared.comparison,
                                          match::RejectReason::only_suggested});
    }
}

} // namespace

store::Step<Verdict> judge(store::Session& s, const Context& context, TenantId tenant,
                           const domain::Settlement& settlement, Reach reach) {
    const Payments strong = co_await strong_payments_near(s, context, tenant, settlement, reach);
    Verdict verdict = co_await judge_among(s, context, tenant, settlement, strong, reach);
    if (verdict.outcome == Outcome::one)
        co_return verdict;
    const Payments all = co_await payments_near(s, context, tenant, settlement, reach, &strong);
    const store::Reads spent = verdict.reads;
    verdict = co_await judge_among(s, context, tenant, settlement, all, reach);
    verdict.reads += spent;
    if (verdict.outcome == Outcome::none && verdict.candidates.empty()) {
        const auto rules = context.rules_of(tenant, settlement.identity.account);
        suggest_near_references(verdict, settlement, all, *rules);
        if (reach == Reach::loose && verdict.candidates.empty())
            verdict.nearest = nearest_of(settlement, all.items, *rules);
    }
    co_return verdict;
}

} // namespace settled::units
