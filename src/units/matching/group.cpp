#include "units/matching/group.h"

#include "match/groups.h"
#include "store/queries/money/settlements.h"
#include "units/matching/settle.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::Pairing;
using match::Coverage;
using store::Session;
using store::Step;

using Settlements = Candidates<domain::Settlement>;
using Payments = Candidates<domain::Payment>;

// How the two would relate if their amounts were equal: by what a part of a payment is known.
std::optional<match::Rank> rank_but_for_amount(const match::MatchFields& payment,
                                               match::MatchFields settlement,
                                               const match::RuleSet& rules) {
    if (settlement.amount.currency != payment.amount.currency)
        return std::nullopt;
    settlement.amount = payment.amount;
    const auto relation = match::relate(payment, settlement, rules);
    return relation.rank && relation.may_match() &&
                   *relation.rank != match::Rank::single_use_account
               ? relation.rank
               : std::nullopt;
}

// The rules may give it to a payment by more than an id, now.
bool may_join(const UnitScope& work, const domain::Settlement& settlement) {
    return !settlement.undone && work.context.watermark_passed(settlement, work.now);
}

bool all_may_join(const UnitScope& work, const std::vector<domain::Settlement>& settlements) {
    return std::ranges::all_of(settlements, [&](const domain::Settlement& settlement) {
        return may_join(work, settlement);
    });
}

// Those of the candidates that the choice names; nullopt unless all are of one rank that may match.
template <class T>
std::optional<std::vector<T>> all_of_one_rank(const match::Choice& choice,
                                              const Candidates<T>& near) {
    if (choice.candidates.empty() || near.seen != Coverage::complete)
        return std::nullopt;
    std::vector<T> items;
    for (const match::Candidate& candidate : choice.candidates) {
        if (candidate.rank != choice.candidates.front().rank ||
            candidate.policy == match::Policy::suggest)
            return std::nullopt;
        items.push_back(near.items[candidate.index]);
    }
    return items;
}

template <class T>
std::vector<match::MatchFields> identities_of(const std::vector<T>& items) {
    std::vector<match::MatchFields> identities;
    for (const T& item : items)
        identities.push_back(item.identity);
    return identities;
}

template <class T>
void sort_by_time(std::vector<T>& items) {
    std::ranges::sort(items, {},
                      [](const T& item) { return std::pair(item.identity.at, item.id); });
}

// In the order of their times, and only if each pair holds by itself.
std::optional<GroupPlan> plan_of_twins(std::vector<domain::Payment> payments,
                                       std::vector<domain::Settlement> settlements,
                                       match::Rank rank, const match::RuleSet& rules) {
    sort_by_time(payments);
    sort_by_time(settlements);
    GroupPlan plan{Pairing::set, rank, {}};
    for (std::size_t i = 0; i < payments.size(); ++i) {
        if (match::relate(payments[i].identity, settlements[i].identity, rules).rank != rank)
            return std::nullopt;
        plan.parts.push_back({settlements[i], payments[i], settlements[i].amount});
    }
    return plan;
}

Step<std::optional<GroupPlan>> plan_twins(Session& s, const UnitScope& work,
                                          const domain::Settlement& settlement,
                                          const match::RuleSet& rules) {
    const Payments near =
        co_await payments_near(s, work.context, work.tenant, settlement, Reach::exact);
    const auto choice =
        match::choose_payment(settlement.identity, near.identities, near.seen, rules);
    const auto payments = all_of_one_rank(choice, near);
    if (!payments || payments->size() < 2 || !match::are_twins(identities_of(*payments)))
        co_return std::nullopt;
    const Settlements suitors = co_await settlements_near(
        s, work.context, work.tenant, payments->front(), settlement, Reach::exact);
    const auto back = match::choose_settlement(payments->front().identity, suitors.identities,
                                               suitors.seen, rules);
    const auto settlements = all_of_one_rank(back, suitors);
    if (!settlements || settlements->size() != payments->size() ||
        !match::are_twins(identities_of(*settlements)) || !all_may_join(work, *settlements))
        co_return std::nullopt;
    co_return plan_of_twins(*payments, *settlements, choice.candidates.front().rank, rules);
}

// Candidates on the other side that would match if the amounts were equal.
template <class T>
struct Known {
    std::vector<T> items;
    std::vector<match::Rank> ranks;
    std::vector<Money> amounts; // of each: what is still to come, or what came
    bool whole_view = false;
    // One of them has the amount as well, and however weakly it is known: no sum is taken then.
    bool one_fits_alone = false;

    bool may_be_summed() const { return whole_view && !one_fits_alone; }
    void add(const T& item, match::Rank rank) {
        items.push_back(item);
        ranks.push_back(rank);
        amounts.push_back(item.identity.amount);
    }
};

template <class T>
Known<T> known_among(const Candidates<T>& near, const Money& amount, const match::RuleSet& rules,
                     const auto& pair_with) {
    Known<T> known;
    known.whole_view = near.seen == Coverage::complete && !near.is_cut;
    for (const T& item : near.items) {
        const auto [payment, settlement] = pair_with(item);
        const bool alone = item.identity.amount == amount &&
                           match::relate(payment, settlement, rules).rank.has_value();
        known.one_fits_alone = known.one_fits_alone || alone;
        const auto rank = rank_but_for_amount(payment, settlement, rules);
        if (rank && item.identity.amount.minor > 0)
            known.add(item, *rank);
    }
    return known;
}

// Open payments that the settlement could be (a part of), or be made of.
Step<Known<domain::Payment>> known_payments(Session& s, const UnitScope& work,
                                            const domain::Settlement& settlement,
                                            const match::RuleSet& rules) {
    const Payments near =
        co_await payments_near(s, work.context, work.tenant, settlement, Reach::loose);
    co_return known_among(near, settlement.amount, rules, [&](const domain::Payment& payment) {
        return std::pair(payment.identity, settlement.identity);
    });
}

// Settlements that wait and could be (a part of) the payment; the judged one is the first.
Step<Known<domain::Settlement>> known_suitors(Session& s, const UnitScope& work,
                                              const domain::Payment& payment,
                                              const domain::Settlement& judged,
                                              const match::RuleSet& rules) {
    const Settlements near =
        co_await settlements_near(s, work.context, work.tenant, payment, judged, Reach::loose);
    co_return known_among(near, payment.identity.amount, rules,
                          [&](const domain::Settlement& settlement) {
                              return std::pair(payment.identity, settlement.identity);
                          });
}

// One settlement, several payments: exactly one choice of them sums to it, and no other settlement
// has a claim to any of them.
Step<std::optional<GroupPlan>> plan_merge(Session& s, const UnitScope& work,
                                          const domain::Settlement& settlement,
                                          const Known<domain::Payment>& known,
                                          const match::RuleSet& rules) {
    const auto group = match::sum_to(settlement.amount, known.amounts, rules.parts_max);
    if (group.fit != match::Fit::one)
        co_return std::nullopt;
    GroupPlan plan{Pairing::merge, match::Rank::single_use_account, {}};
    for (const std::size_t member : group.members) {
        const domain::Payment& payment = known.items[member];
        const auto suitors = co_await known_suitors(s, work, payment, settlement, rules);
        if (!suitors.may_be_summed() || suitors.items.size() != 1)
            co_return std::nullopt;
        plan.rank = std::max(plan.rank, known.ranks[member]);
        plan.parts.push_back({settlement, payment, payment.identity.amount});
    }
    co_return plan;
}

// One payment, several settlements: the payment is the only candidate of each of them, and exactly
// one choice of the waiting settlements sums to its amount.
Step<std::optional<GroupPlan>> plan_split(Session& s, const UnitScope& work,
                                          const domain::Settlement& settlement,
                                          const domain::Payment& payment,
                                          const match::RuleSet& rules) {
    const auto suitors = co_await known_suitors(s, work, payment, settlement, rules);
    const auto group = match::sum_to(payment.identity.amount, suitors.amounts, rules.parts_max);
    if (!suitors.may_be_summed() || group.fit != match::Fit::one || group.members.front() != 0)
        co_return std::nullopt;
    GroupPlan plan{Pairing::split, match::Rank::single_use_account, {}};
    for (const std::size_t member : group.members) {
        const domain::Settlement& part = suitors.items[member];
        const auto others = co_await known_payments(s, work, part, rules);
        if (!others.may_be_summed() || others.items.size() != 1 || !may_join(work, part))
            co_return std::nullopt;
        plan.rank = std::max(plan.rank, suitors.ranks[member]);
        plan.parts.push_back({part, payment, part.amount});
    }
    co_return plan;
}

MatchBasis finding_of(const GroupPlan& plan, const GroupPart& part) {
    const bool shared = plan.pairing == Pairing::merge;
    return {.rank = plan.rank,
            .pairing = plan.pairing,
            .payments_seen = shared ? plan.parts.size() : 1,
            .settlements_seen = shared ? 1 : plan.parts.size(),
            .after_watermark = true,
            .amount = part.amount};
}

// The settlement is one, its matches are several.
Step<> carry_out_merge(Session& s, const UnitScope& work, const GroupPlan& plan) {
    const domain::Settlement& settlement = plan.parts.front().settlement;
    const auto count = static_cast<std::int64_t>(plan.parts.size());
    co_await unindex(s, work, settlement);
    co_await close_open_review(s, work, settlement);
    co_await store::update_settlement(
        s, work.tenant, settlement.id,
        {settlement.status, domain::SettlementStatus::matched, settlement.version + count});
    std::int64_t version = settlement.version;
    for (const GroupPart& part : plan.parts)
        (void)co_await make_match(s, work, settlement, ++version, part.payment,
                                  finding_of(plan, part));
    for (const GroupPart& part : plan.parts)
        co_await settle_waiting(s, work.context, work.tenant, part.payment.identity, work.now);
}

} // namespace

Step<std::optional<GroupPlan>> plan_group(Session& s, const UnitScope& work,
                                          const domain::Settlement& settlement) {
    if (settlement.undone)
        co_return std::nullopt;
    const auto rules = work.context.rules_of(work.tenant, settlement.identity.account);
    auto plan = co_await plan_twins(s, work, settlement, *rules);
    if (plan)
        co_return plan;
    const auto known = co_await known_payments(s, work, settlement, *rules);
    if (!known.may_be_summed())
        co_return std::nullopt;
    if (known.items.size() == 1)
        co_return co_await plan_split(s, work, settlement, known.items.front(), *rules);
    co_return co_await plan_merge(s, work, settlement, known, *rules);
}

store::Locks locks_of(const Context& context, TenantId tenant, const GroupPlan& plan) {
    store::Locks locks;
    if (plan.pairing == Pairing::set)
        return locks; // all in the block of the settlement that is decided
    add_block_lock(locks, context, tenant, plan.parts.front().payment.identity);
    for (const GroupPart& part : plan.parts)
        add_block_lock(locks, context, tenant,
                       plan.pairing == Pairing::merge ? part.payment.identity
                                                      : part.settlement.identity);
    return locks;
}

Step<> carry_out(Session& s, const UnitScope& work, const GroupPlan& plan) {
    if (plan.pairing == Pairing::merge) {
        co_await carry_out_merge(s, work, plan);
        co_return;
    }
    domain::Payment payment; // of a split, as the parts before have left it
    for (const GroupPart& part : plan.parts) {
        const bool first = plan.pairing == Pairing::set || !payment.id;
        if (first)
            payment = part.payment;
        payment = co_await match_waiting(s, work, part.settlement, payment, finding_of(plan, part));
    }
    // Their rivals may be clear now. A split is of one payment, and those of a set are alike.
    co_await settle_waiting(s, work.context, work.tenant, plan.parts.front().payment.identity,
                            work.now);
}

} // namespace settled::units
