#include "units/reverse.h"

#include "base/limits.h"
#include "match/keys.h"
#include "store/match_keys.h"
#include "store/matches.h"
#include "store/payments.h"
#include "store/reversals.h"
#include "store/reviews.h"
#include "store/settlements.h"
#include "units/settle.h"
#include "units/tell.h"
#include "wire/json_writer.h"

#include <array>

namespace settled::units {

namespace {

using namespace std::chrono_literals;
using flow::ReversalStatus;
using flow::SettlementStatus;
using store::Session;
using store::Side;
using store::Step;

// From one look to the next; after the last it is a person's.
constexpr std::array<std::chrono::microseconds, 10> intervals{2s, 10s, 1min, 10min, 1h,
                                                              6h, 12h, 12h,  18h,   24h};

// Settlements of that account, amount and identifiers that have not gone back yet.
Step<std::vector<flow::Settlement>> find_reversed(Session& s, const Work& work,
                                                  const match::Identity& identity) {
    std::vector<flow::Settlement> found;
    for (const match::Key& key : match::trace_probes(work.context.keys.of(work.tenant), identity)) {
        const auto owners =
            co_await store::owners_under(s, work.tenant, Side::trace, key, limits::candidates_max);
        for (const std::int64_t owner : owners) {
            auto settlement = co_await store::find_settlement(s, work.tenant, SettlementId{owner});
            SETTLED_ASSERT(settlement.has_value(), "a settlement under a trace key exists");
            const bool fits = settlement->status != SettlementStatus::reversed &&
                              match::may_be_return_of(identity, settlement->identity);
            if (fits)
                found.push_back(std::move(*settlement));
        }
        if (!found.empty())
            break;
    }
    co_return found;
}

// Whoever settles with the payments of its matches waits.
Step<> lock_payments(Session& s, const Work& work, const flow::Settlement& settlement) {
    const auto matches = co_await store::matches_of_settlement(s, work.tenant, settlement.id);
    store::Locks locks;
    for (const flow::Match& match : matches) {
        const auto payment = co_await store::find_payment(s, work.tenant, match.payment_id);
        add_block_lock(locks, work.context, work.tenant, payment->identity);
    }
    co_await s.lock(locks);
}

Step<> apply(Session& s, const Work& work, const flow::Reversal& reversal,
             const flow::Settlement& settlement) {
    std::vector<std::string> payment_ids;
    if (settlement.status == SettlementStatus::matched) {
        co_await lock_payments(s, work, settlement);
        const auto payments = co_await undo_matches(
            s, work, settlement, {Afterwards::returned, "returned " + reversal.reason, ""});
        for (const flow::Payment& payment : payments)
            payment_ids.push_back(payment.client_id);
    } else if (settlement.is_open()) {
        co_await unpark(s, work, settlement);
        co_await close_open_review(s, work, settlement);
    }
    co_await store::update_settlement(s, work.tenant, settlement.id, SettlementStatus::reversed,
                                      settlement.version + 1);
    const auto event = flow::reversed_event(work.context.ids.next<EventId>(), settlement, reversal,
                                            payment_ids, work.now);
    co_await tell(s, work.context, work.tenant, event);
}

Step<> open_review(Session& s, const Work& work, const flow::Reversal& reversal,
                   std::size_t candidates) {
    wire::JsonWriter w;
    w.object().member("reversal_id", to_string(reversal.id));
    w.member("transaction_id", reversal.transaction_id);
    w.member("settlements_found", static_cast<std::uint64_t>(candidates)).end();
    co_await store::insert_review(
        s, work.tenant,
        {work.context.ids.next<ReviewId>(), std::string(store::review_reversal_unmatched),
         reversal.webhook_id.value, "open", std::move(w).text(), work.now, std::nullopt});
}

// What becomes of the reversal now; its settlement is changed if that is clear.
Step<flow::Reversal> look(Session& s, const Work& work, flow::Reversal reversal, bool is_last) {
    const auto found = co_await find_reversed(s, work, reversal.identity);
    if (found.size() == 1) {
        reversal.status = ReversalStatus::applied;
        reversal.settlement_id = found.front().id;
        co_await apply(s, work, reversal, found.front());
    } else if (found.size() > 1 || is_last) {
        reversal.status = ReversalStatus::review;
        co_await open_review(s, work, reversal, found.size());
    }
    co_return reversal;
}

} // namespace

Step<> reverse_new(Session& s, const Context& context, TenantId tenant, flow::Reversal reversal,
                   Instant now) {
    const Work work{context, tenant, now};
    const flow::Reversal looked = co_await look(s, work, std::move(reversal), false);
    co_await store::insert_reversal(s, tenant, looked);
    if (looked.status == ReversalStatus::waiting)
        co_await store::insert_task(s, tenant, context.ids.next<TaskId>(), store::task_reverse,
                                    looked.id.value, 0, now + intervals.front(), now);
}

Step<> reverse_again(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const Work work{context, task.tenant, now};
    const auto reversal =
        co_await store::find_reversal(s, task.tenant, ReversalId{task.subject_id});
    SETTLED_ASSERT(reversal.has_value(), "a timer is of a reversal that exists");
    store::Locks locks;
    add_settling_locks(locks, context, task.tenant, reversal->identity);
    co_await s.lock(locks);
    const auto next = static_cast<std::size_t>(task.attempts) + 1;
    const bool is_last = next >= intervals.size();
    const flow::Reversal looked = co_await look(s, work, *reversal, is_last);
    const bool waits = looked.status == ReversalStatus::waiting;
    const Instant due = waits ? now + intervals[next] : task.due_at;
    const bool open = co_await store::update_task(
        s, task.tenant, task.id, waits ? flow::TaskStatus::queued : flow::TaskStatus::done,
        task.attempts + 1, due, now);
    SETTLED_ASSERT(open, "a timer is carried out once");
    if (!waits)
        co_await store::update_reversal(s, task.tenant, looked.id, looked.status,
                                        looked.settlement_id);
}

} // namespace settled::units
