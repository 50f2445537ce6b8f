#include "units/matching/rivals.h"

#include "base/assert.h"
#include "match/ladder.h"
#include "store/queries/money/payments.h"
#include "units/matching/candidates.h"
#include "units/matching/neighbours.h"
#include "units/matching/settle.h"

#include <vector>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

// It could have been of the payment, or a part of it, or have held it as a part.
bool was_wanted(const match::MatchFields& payment, match::MatchFields settlement,
                const match::RuleSet& rules) {
    if (match::relate(payment, settlement, rules).rank)
        return true;
    settlement.amount = payment.amount;
    return match::relate(payment, settlement, rules).rank.has_value();
}

// Settlements that wait for these payments are judged again, for each payment in a unit of its own.
Step<> settle_soon(Session& s, const UnitScope& work, std::vector<std::int64_t> payments) {
    const bool is_crowd = payments.size() > judged_at_once_max;
    const Instant due = is_crowd ? work.now + look_again_lag : work.now;
    for (const std::int64_t id : payments) {
        const bool is_owed =
            co_await store::hold_queued(s, work.tenant, store::task_settle_payment, id);
        if (!is_owed)
            co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                        store::task_settle_payment, id, 0, due, work.now);
    }
}

} // namespace

Step<> settle_rivals(Session& s, const UnitScope& work, const domain::Settlement& gone) {
    const auto rules = work.context.rules_of(work.tenant, gone.identity.account);
    const auto near = co_await payments_near(s, work.context, work.tenant, gone, Reach::loose);
    // Its like, of which those that rivalled it are found even where they alone fitted.
    std::vector<match::MatchFields> here{gone.identity};
    std::vector<std::int64_t> others;
    for (const domain::Payment& payment : near.items) {
        if (!was_wanted(payment.identity, gone.identity, *rules))
            continue;
        const bool is_here = payment.identity.amount == gone.identity.amount;
        if (is_here && near.items.size() <= judged_at_once_max)
            here.push_back(payment.identity);
        else
            others.push_back(payment.id.value);
    }
    co_await settle_waiting_near(s, work, std::move(here));
    co_await settle_soon(s, work, std::move(others));
}

Step<> settle_payment_again(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const PaymentId id{task.subject_id};
    const auto seen = co_await store::find_payment(s, task.tenant, id);
    SETTLED_ASSERT(seen.has_value(), "a timer is of a payment that exists");
    store::Locks locks;
    add_settling_locks(locks, context, task.tenant, seen->identity);
    co_await s.lock(locks);
    const bool open = co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::done,
                                                  task.attempts + 1, task.due_at, now);
    const auto payment = co_await store::find_payment(s, task.tenant, id);
    // One that was closed or settled in part meanwhile was judged with all that wait then.
    if (open && domain::is_open(payment->status) &&
        payment->identity.amount == seen->identity.amount)
        co_await settle_waiting(s, context, task.tenant, payment->identity, now,
                                PaymentChange::opened);
}

} // namespace settled::units
