#include "units/matching/watermark.h"

#include "match/keys.h"
#include "store/queries/money/nearest.h"
#include "store/queries/money/settlements.h"
#include "units/matching/group.h"
#include "units/matching/judge.h"
#include "units/matching/nearest.h"
#include "units/matching/pairing.h"
#include "units/matching/settle.h"

#include <algorithm>
#include <utility>

namespace settled::units {

namespace {

using domain::SettlementStatus;
using store::Session;
using store::Step;

store::Locks locks_of(const Context& context, TenantId tenant,
                      const match::MatchFields& settlement) {
    store::Locks locks;
    add_settling_locks(locks, context, tenant, settlement);
    for (const std::int64_t block :
         match::loose_blocks(context.keys.of(tenant), settlement, match::Of::settlement))
        locks.add(store::Lock::block(tenant, block));
    return locks;
}

bool is_same(const GroupPlan& a, const GroupPlan& b) {
    return a.pairing == b.pairing &&
           std::ranges::equal(a.parts, b.parts, [](const GroupPart& x, const GroupPart& y) {
               return x.payment.id == y.payment.id && x.settlement.id == y.settlement.id &&
                      x.amount == y.amount;
           });
}

// The payment that would be chosen may lie in another block, which is not locked yet: then that is
// done, and judged anew.
Step<Verdict> judge_locked(Session& s, const UnitScope& work,
                           const domain::Settlement& settlement) {
    const auto judged = [&] {
        return judge(s, work.context, work.tenant, settlement, Reach::loose);
    };
    Verdict verdict = co_await judged();
    if (verdict.outcome != match::Outcome::one)
        co_return verdict;
    const match::MatchFields& chosen = verdict.candidates.front().payment.identity;
    const crypto::Hmac& key = work.context.keys.of(work.tenant);
    if (match::block_of(key, chosen) == match::block_of(key, settlement.identity))
        co_return verdict;
    store::Locks locks;
    add_block_lock(locks, work.context, work.tenant, chosen);
    co_await s.lock(locks);
    co_return co_await judged();
}

// True: the settlement is matched now.
Step<bool> try_group(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    const auto plan = co_await plan_group(s, work, settlement);
    if (!plan)
        co_return false;
    co_await s.lock(locks_of(work.context, work.tenant, *plan));
    const auto again = co_await plan_group(s, work, settlement);
    if (!again || !is_same(*plan, *again))
        co_return false;
    co_await carry_out(s, work, *again);
    co_return true;
}

// For settlement.unmatched, which is published later, in a unit that searches nothing.
Step<> note_nearest(Session& s, const UnitScope& work, const domain::Settlement& settlement,
                    const Verdict& verdict) {
    const auto rules = work.context.rules_of(work.tenant, settlement.identity.account);
    const std::string nearest = nearest_text(settlement, verdict, *rules);
    const std::string noted = co_await store::find_nearest(s, work.tenant, settlement.id);
    if (nearest != noted)
        co_await store::keep_nearest(s, work.tenant, settlement.id, nearest);
}

Step<> decide(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    const Verdict verdict = co_await judge_locked(s, work, settlement);
    const Applied judged = co_await apply_verdict(s, work, settlement, verdict, Reach::loose);
    if (judged == Applied::matched)
        co_return;
    const auto now_stands = co_await store::find_settlement(s, work.tenant, settlement.id);
    const bool matched = co_await try_group(s, work, *now_stands);
    if (matched || judged != Applied::unmatched)
        co_return;
    co_await suggest(s, work, *now_stands, verdict);
    co_await note_nearest(s, work, *now_stands, verdict);
    if (settlement.version == 0)
        co_await tell_unmatched_later(s, work, settlement.id,
                                      settlement.received_at + work.context.unmatched_grace);
}

// Before anything is read that the decision relies on. Where another decision is owed the settlement
// stays marked: unmarked, it would be owed one more with every fact that comes.
Step<> unmark(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    const bool is_owed =
        co_await store::is_queued(s, work.tenant, store::task_decide_again, settlement.id.value);
    if (!is_owed)
        co_await store::mark_to_look_again(s, work.tenant, settlement.id, false);
}

} // namespace

Step<Verdict> judge_at_watermark(Session& s, const UnitScope& work,
                                 const domain::Settlement& settlement) {
    co_await s.lock(locks_of(work.context, work.tenant, settlement.identity));
    co_return co_await judge_locked(s, work, settlement);
}

Step<> decide_at_watermark(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const UnitScope work{context, task.tenant, now};
    const SettlementId id{task.subject_id};
    const auto seen = co_await store::find_settlement(s, task.tenant, id);
    if (seen)
        co_await s.lock(locks_of(context, task.tenant, seen->identity));
    const auto settlement = co_await store::find_settlement(s, task.tenant, id);
    const bool is_early = settlement && !context.watermark_passed(*settlement, now);
    const auto status = is_early ? domain::TaskStatus::queued : domain::TaskStatus::done;
    const Instant due = is_early ? settlement->received_at + context.watermark : task.due_at;
    const bool open =
        co_await store::update_task(s, task.tenant, task.id, status, task.attempts + 1, due, now);
    if (!open || !settlement || is_early)
        co_return;
    if (settlement->look_again)
        co_await unmark(s, work, *settlement);
    if (!settlement->is_open())
        co_return;
    co_await decide(s, work, *settlement);
}

} // namespace settled::units
