#include "units/matching/neighbours.h"

#include "match/keys.h"
#include "match/ladder.h"
#include "store/queries/money/settlements.h"
#include "store/queries/tasks.h"
#include "units/matching/candidates.h"
#include "units/matching/settle.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace settled::units {

namespace {

using domain::SettlementStatus;
using store::Session;
using store::Step;

// The best rank by which the settlement could be of one of the payments; what fits none is last.
int fit_of(const domain::Settlement& settlement, const std::vector<match::MatchFields>& payments,
           const match::RuleSet& rules) {
    int best = std::numeric_limits<int>::max();
    for (const match::MatchFields& payment : payments)
        if (const auto rank = match::relate(payment, settlement.identity, rules).rank)
            best = std::min(best, static_cast<int>(*rank));
    return best;
}

void sort_by_fit(std::vector<domain::Settlement>& settlements,
                 const std::vector<match::MatchFields>& payments, const match::RuleSet& rules) {
    std::vector<std::pair<int, domain::Settlement>> ranked;
    for (domain::Settlement& settlement : settlements) {
        const int fit = fit_of(settlement, payments, rules);
        ranked.emplace_back(fit, std::move(settlement));
    }
    std::ranges::sort(ranked, {},
                      [](const auto& each) { return std::pair(each.first, each.second.id); });
    settlements.clear();
    for (auto& [fit, settlement] : ranked)
        settlements.push_back(std::move(settlement));
}

// Every decision about a settlement that shares an identifier with the payments takes one of these
// locks.
Step<> lock_loose_blocks(Session& s, const UnitScope& work,
                         const std::vector<match::MatchFields>& payments) {
    for (const match::MatchFields& payment : payments) {
        store::Locks locks;
        for (const std::int64_t block :
             match::loose_blocks(work.context.keys.of(work.tenant), payment, match::Of::payment))
            locks.add(store::Lock::block(work.tenant, block));
        co_await s.lock(locks);
    }
}

// Under the loose locks if they are many or one of them is owed a decision, on which this unit may
// rely then. Where few wait no other unit is kept from the blocks, which many payments share.
Step<std::vector<domain::Settlement>>
read_neighbours(Session& s, const UnitScope& work,
                const std::vector<match::MatchFields>& payments) {
    const auto ids = co_await waiting_sharing(s, work.context, work.tenant, payments);
    if (ids.size() <= judged_at_once_max) {
        auto few = co_await store::find_settlements(s, work.tenant, ids);
        if (std::ranges::none_of(few, &domain::Settlement::look_again))
            co_return few;
    }
    co_await lock_loose_blocks(s, work, payments);
    co_return co_await store::find_settlements(s, work.tenant, ids);
}

} // namespace

Step<std::vector<domain::Settlement>> open_near(Session& s, const UnitScope& work,
                                                const std::vector<match::MatchFields>& payments) {
    std::vector<std::int64_t> ids;
    for (const match::MatchFields& payment : payments)
        for (const SettlementId id : co_await waiting_near(s, work.context, work.tenant, payment))
            if (std::ranges::find(ids, id.value) == ids.end())
                ids.push_back(id.value);
    auto waiting = co_await store::find_settlements(s, work.tenant, std::move(ids));
    std::erase_if(waiting, [](const domain::Settlement& each) { return !each.is_open(); });
    if (waiting.size() > judged_at_once_max)
        sort_by_fit(waiting, payments,
                    *work.context.rules_of(work.tenant, payments.front().account));
    co_return waiting;
}

Step<> decide_soon(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    if (settlement.look_again)
        co_return;
    co_await store::mark_to_look_again(s, work.tenant, settlement.id, true);
    co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                store::task_decide_again, settlement.id.value, 0,
                                work.now + look_again_lag, work.now);
}

Step<> update_suggestions_soon(Session& s, const UnitScope& work,
                               const domain::Settlement& settlement) {
    if (work.context.suggested_reviews)
        co_await decide_soon(s, work, settlement);
}

Step<> decide_neighbours(Session& s, const UnitScope& work,
                         const std::vector<match::MatchFields>& payments, PaymentChange has) {
    std::vector<domain::Settlement> to_decide;
    for (domain::Settlement& settlement : co_await read_neighbours(s, work, payments))
        if (has == PaymentChange::opened || settlement.status == SettlementStatus::ambiguous)
            to_decide.push_back(std::move(settlement));
        else if (settlement.suggested)
            co_await update_suggestions_soon(s, work, settlement);
    const bool is_crowd = to_decide.size() > judged_at_once_max;
    for (const domain::Settlement& settlement : to_decide)
        if (is_crowd)
            co_await decide_soon(s, work, settlement);
        else
            co_await schedule_decision(s, work, settlement.id, work.now);
}

} // namespace settled::units
