#include "units/matching/claims.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace settled::units {

namespace {

using match::Outcome;
using match::RejectReason;

using Payments = Candidates<domain::Payment>;
using Settlements = Candidates<domain::Settlement>;

// Settlements and payments that are taken to be matched already.
struct Taken {
    std::vector<SettlementId> settlements;
    std::vector<PaymentId> payments;

    void add(SettlementId settlement, PaymentId payment) {
        settlements.push_back(settlement);
        payments.push_back(payment);
    }
};

template <class T, class Id>
void leave_out(Candidates<T>& near, const std::vector<Id>& ids) {
    near.identities.clear();
    for (T& item : std::exchange(near.items, {}))
        if (std::ranges::find(ids, item.id) == ids.end())
            near.add(std::move(item));
}

// What one judgement works on.
struct Bench {
    store::Session& s;
    const Context& context;
    TenantId tenant;
    Reach reach;
    const match::RuleSet& rules;

    // What the settlement may be matched by.
    match::RuleSet rules_for(const domain::Settlement& settlement) const {
        return settlement.undone ? with_ids_alone(rules) : rules;
    }
};

// A weaker claim on the payment: what a bank may have cut of its reference, say.
struct Claim {
    const domain::Settlement* settlement;
    match::Rank rank;
};

constexpr std::size_t judged = 0; // among the settlements that are candidates for a payment

// What stands in the way of the judged settlement, which the payment would choose otherwise: claims
// that are all weaker, and could be decided by themselves. nullopt: something else does. Of other
// amounts it is not asked: their blocks are not locked.
std::optional<std::vector<Claim>> claims_of(const match::Choice& returned,
                                            const Settlements& suitors) {
    std::vector<Claim> claims;
    for (const match::Candidate& candidate : returned.candidates) {
        if (candidate.index == judged) {
            if (candidate.reject_reason != RejectReason::rival_casts_doubt)
                return std::nullopt;
            continue;
        }
        const domain::Settlement& other = suitors.items[candidate.index];
        if (candidate.reject_reason != RejectReason::weaker_rank ||
            other.identity.amount != suitors.items[judged].identity.amount)
            return std::nullopt;
        claims.push_back({&other, candidate.rank});
    }
    return claims.empty() || claims.size() > match::claims_heard_max
               ? std::nullopt
               : std::optional(std::move(claims));
}

store::Step<bool> are_settled_elsewhere(const Bench& bench, std::vector<Claim> claims, Taken& taken,
                                        std::size_t& heard);

// The payment that a claim's settlement gets, were the taken matched, if it fits that one better.
store::Step<std::optional<PaymentId>> better_payment_of(const Bench& bench, const Claim& claim,
                                                        Taken taken, std::size_t& heard) {
    auto payments = co_await payments_near(bench.s, bench.context, bench.tenant, *claim.settlement,
                                           bench.reach);
    leave_out(payments, taken.payments);
    const auto choice = match::choose_payment(claim.settlement->identity, payments.identities,
                                              payments.seen, bench.rules_for(*claim.settlement));
    if (choice.outcome != Outcome::one || choice.candidates.front().rank >= claim.rank)
        co_return std::nullopt;
    const domain::Payment& better = payments.items[choice.candidates.front().index];
    if (better.identity.amount != claim.settlement->identity.amount)
        co_return std::nullopt;
    auto suitors = co_await settlements_near(bench.s, bench.context, bench.tenant, better,
                                             *claim.settlement, bench.reach);
    leave_out(suitors, taken.settlements);
    const auto returned =
        match::choose_settlement(better.identity, suitors.identities, suitors.seen, bench.rules);
    if (!match::counterpart_rejection(returned, judged))
        co_return better.id;
    taken.add(claim.settlement->id, better.id);
    const auto claims = claims_of(returned, suitors);
    if (!claims || !co_await are_settled_elsewhere(bench, *claims, taken, heard))
        co_return std::nullopt;
    co_return better.id;
}

// Whether each of them would be matched to another payment, one that it fits better, once the taken
// are.
store::Step<bool> are_settled_elsewhere(const Bench& bench, std::vector<Claim> claims, Taken& taken,
                                        std::size_t& heard) {
    bool any = true;
    while (any && !claims.empty()) {
        any = false;
        for (std::size_t i = 0; i < claims.size() && !any; ++i) {
            if (heard++ == match::claims_heard_max)
                co_return false;
            const auto better = co_await better_payment_of(bench, claims[i], taken, heard);
            if (!better)
                continue;
            taken.add(claims[i].settlement->id, *better);
            claims.erase(claims.begin() + static_cast<std::ptrdiff_t>(i));
            any = true;
        }
    }
    co_return claims.empty();
}

} // namespace

match::RuleSet with_ids_alone(match::RuleSet rules) {
    for (std::size_t rank = 0; rank < rules.policies.size(); ++rank) {
        match::Policy& policy = rules.policies[rank];
        const bool is_id = rank == static_cast<std::size_t>(match::Rank::uetr) ||
                           rank == static_cast<std::size_t>(match::Rank::end_to_end_id);
        if (!is_id && policy != match::Policy::off)
            policy = match::Policy::suggest;
    }
    return rules;
}

store::Step<bool> only_claims_that_go_elsewhere(store::Session& s, const Context& context,
                                                TenantId tenant, const domain::Payment& chosen,
                                                const match::Choice& returned,
                                                const Settlements& suitors, Reach reach) {
    const auto claims = claims_of(returned, suitors);
    if (!claims || reach != Reach::loose)
        co_return false;
    const domain::Settlement& settlement = suitors.items[judged];
    const auto rules = context.rules_of(tenant, settlement.identity.account);
    const Bench bench{s, context, tenant, reach, *rules};
    Taken taken;
    taken.add(settlement.id, chosen.id);
    std::size_t heard = 0;
    co_return co_await are_settled_elsewhere(bench, *claims, taken, heard);
}

} // namespace settled::units
