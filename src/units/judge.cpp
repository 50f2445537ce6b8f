#include "units/judge.h"

namespace settled::units {

using match::Outcome;

namespace {

using Payments = Candidates<flow::Payment>;

store::Step<Verdict> judge_among(store::Session& s, const Context& context, TenantId tenant,
                                 const flow::Settlement& settlement, const Payments& payments,
                                 Reach reach) {
    const auto rules = context.rules_of(tenant, settlement.identity.account);
    Verdict verdict;
    const match::Choice choice =
        match::choose_payment(settlement.identity, payments.identities, payments.seen, *rules);
    verdict.payments_seen = payments.items.size();
    verdict.reads = payments.reads;
    verdict.all_compared = payments.seen != match::Seen::some;
    verdict.outcome = choice.outcome;
    for (const match::Candidate& candidate : choice.candidates)
        verdict.candidates.push_back({payments.items[candidate.index], candidate.rank,
                                      candidate.policy, candidate.comparison, candidate.not_taken});
    if (choice.outcome != Outcome::one)
        co_return verdict;

    const flow::Payment& chosen = verdict.candidates.front().payment;
    const auto suitors = co_await settlements_near(s, context, tenant, chosen, settlement, reach);
    const match::Choice returned =
        match::choose_settlement(chosen.identity, suitors.identities, suitors.seen, *rules);
    verdict.settlements_seen = suitors.items.size();
    verdict.reads += suitors.reads;
    constexpr std::size_t judged = 0; // of the suitors
    const auto refused = match::refusal(returned, judged);
    if (refused) {
        verdict.outcome = Outcome::ambiguous;
        verdict.candidates.front().not_taken = refused;
    }
    co_return verdict;
}

} // namespace

store::Step<Verdict> judge(store::Session& s, const Context& context, TenantId tenant,
                           const flow::Settlement& settlement, Reach reach) {
    const Payments strong = co_await strong_payments_near(s, context, tenant, settlement, reach);
    Verdict verdict = co_await judge_among(s, context, tenant, settlement, strong, reach);
    if (verdict.outcome == Outcome::one)
        co_return verdict;
    const Payments all = co_await payments_near(s, context, tenant, settlement, reach, &strong);
    const store::Reads spent = verdict.reads;
    verdict = co_await judge_among(s, context, tenant, settlement, all, reach);
    verdict.reads += spent;
    co_return verdict;
}

} // namespace settled::units
