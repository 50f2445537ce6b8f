#include "units/settle.h"

#include "base/limits.h"
#include "match/keys.h"
#include "store/match_keys.h"
#include "store/payments.h"
#include "store/reviews.h"
#include "store/settlements.h"
#include "store/tasks.h"
#include "units/tell.h"
#include "wire/json_writer.h"

namespace settled::units {

namespace {

using flow::SettlementStatus;
using match::Outcome;
using store::Session;
using store::Side;
using store::Step;

// What one call works on.
struct Work {
    const Context& context;
    TenantId tenant;
    Instant now;
};

// {"candidates":[{"payment_id":"order-1","rank":6,"reference":"INV 1"}]}
std::string review_detail(const Verdict& verdict) {
    wire::JsonWriter w;
    w.object().key("candidates").array();
    for (const RankedPayment& candidate : verdict.candidates) {
        w.object().member("payment_id", candidate.payment.client_id);
        w.member("rank", static_cast<int>(candidate.rank));
        w.member("reference", candidate.payment.reference).end();
    }
    w.end().end();
    return std::move(w).text();
}

Step<> park(Session& s, const Work& work, const flow::Settlement& settlement) {
    const auto keys = match::stored_keys(work.context.keys.of(work.tenant), settlement.identity);
    co_await store::insert_match_keys(s, work.tenant, Side::settlement, settlement.id.value, keys);
}

Step<> leave(Session& s, const Work& work, Side side, std::int64_t owner,
             const match::Identity& identity) {
    const auto keys = match::stored_keys(work.context.keys.of(work.tenant), identity);
    co_await store::delete_match_keys(s, work.tenant, side, owner, keys);
}

Step<> tell_unmatched_later(Session& s, const Work& work, const flow::Settlement& settlement) {
    co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                store::task_tell_unmatched, settlement.id.value, 0,
                                work.now + work.context.unmatched_grace, work.now);
}

Step<> close_open_review(Session& s, const Work& work, const flow::Settlement& settlement) {
    const auto review = co_await store::find_open_review(s, work.tenant, settlement.id.value);
    if (review)
        co_await store::close_review(s, work.tenant, review->id, work.now);
}

// Match, payment, event. The settlement's own row is the caller's.
Step<> pair(Session& s, const Work& work, const flow::Settlement& settlement,
            const Verdict& verdict) {
    const auto& [payment, rank] = verdict.candidates.front();
    const flow::Match made{work.context.ids.next<MatchId>(),
                           settlement.id,
                           payment.id,
                           rank,
                           match::rule_version,
                           flow::evidence(rank, verdict.payments_seen, verdict.settlements_seen),
                           work.now};
    co_await store::insert_match(s, work.tenant, made);
    const bool closed =
        co_await store::close_payment(s, work.tenant, payment.id, flow::PaymentStatus::settled);
    SETTLED_ASSERT(closed, "a payment under its match keys is open");
    co_await leave(s, work, Side::payment, payment.id.value, payment.identity);
    const auto event =
        flow::matched_event(work.context.ids.next<EventId>(), settlement, payment, made, work.now);
    co_await tell(s, work.context, work.tenant, event);
}

Step<> put_to_review(Session& s, const Work& work, const flow::Settlement& settlement,
                     const Verdict& verdict) {
    const auto id = work.context.ids.next<ReviewId>();
    co_await store::insert_review(s, work.tenant,
                                  {id, std::string(store::review_settlement_ambiguous),
                                   settlement.id.value, "open", review_detail(verdict), work.now,
                                   std::nullopt});
    std::vector<std::string> candidates;
    for (const RankedPayment& candidate : verdict.candidates)
        candidates.push_back(candidate.payment.client_id);
    const auto event = flow::ambiguous_event(work.context.ids.next<EventId>(), settlement, id,
                                             candidates, work.now);
    co_await tell(s, work.context, work.tenant, event);
}

// A stored settlement that waits is judged again. True: it is matched now.
Step<bool> judge_again(Session& s, const Work& work, flow::Settlement settlement) {
    const Verdict verdict = co_await judge(s, work.context, work.tenant, settlement);
    const bool was_ambiguous = settlement.status == SettlementStatus::ambiguous;
    if (verdict.outcome == Outcome::one) {
        co_await leave(s, work, Side::settlement, settlement.id.value, settlement.identity);
        if (was_ambiguous)
            co_await close_open_review(s, work, settlement);
        co_await pair(s, work, settlement, verdict);
        co_await store::update_settlement(s, work.tenant, settlement.id, SettlementStatus::matched,
                                          settlement.version + 1);
        co_return true;
    }
    if (verdict.outcome == Outcome::ambiguous && was_ambiguous) {
        const auto review = co_await store::find_open_review(s, work.tenant, settlement.id.value);
        if (review)
            co_await store::update_review_detail(s, work.tenant, review->id,
                                                 review_detail(verdict));
    } else if (verdict.outcome == Outcome::ambiguous) {
        co_await put_to_review(s, work, settlement, verdict);
        co_await store::update_settlement(s, work.tenant, settlement.id,
                                          SettlementStatus::ambiguous, settlement.version + 1);
    } else if (was_ambiguous) {
        co_await close_open_review(s, work, settlement);
        co_await store::update_settlement(s, work.tenant, settlement.id,
                                          SettlementStatus::unmatched, settlement.version);
        co_await tell_unmatched_later(s, work, settlement);
    }
    co_return false;
}

// Judges the waiting again until a round matches none. Every match takes a payment away, so this
// ends.
Step<> judge_waiting(Session& s, const Work& work, const match::Identity& payment) {
    bool again = true;
    while (again) {
        again = false;
        const auto waiting = co_await waiting_settlements(s, work.context, work.tenant, payment);
        for (const SettlementId id : waiting) {
            auto settlement = co_await store::find_settlement(s, work.tenant, id);
            SETTLED_ASSERT(settlement.has_value(), "a settlement under a match key exists");
            if (settlement->status == SettlementStatus::matched)
                continue;
            const bool matched = co_await judge_again(s, work, std::move(*settlement));
            again = again || matched;
        }
    }
}

} // namespace

void add_settling_locks(store::Locks& locks, const Context& context, TenantId tenant,
                        const match::Identity& identity) {
    if (const auto block = match::block_of(context.keys.of(tenant), identity))
        locks.add(store::Lock::block(tenant, *block));
    locks.add(store::Lock::endpoints_stay(tenant));
}

Step<> settle_new(Session& s, const Context& context, TenantId tenant, flow::Settlement settlement,
                  Instant now) {
    const Work work{context, tenant, now};
    const Verdict verdict = co_await judge(s, context, tenant, settlement);
    switch (verdict.outcome) {
    case Outcome::one:
        settlement.status = SettlementStatus::matched;
        co_await pair(s, work, settlement, verdict);
        ++settlement.version;
        co_await store::insert_settlement(s, tenant, settlement);
        co_await judge_waiting(s, work, verdict.candidates.front().payment.identity);
        break;
    case Outcome::ambiguous:
        settlement.status = SettlementStatus::ambiguous;
        co_await put_to_review(s, work, settlement, verdict);
        ++settlement.version;
        co_await store::insert_settlement(s, tenant, settlement);
        co_await park(s, work, settlement);
        break;
    case Outcome::none:
        co_await store::insert_settlement(s, tenant, settlement);
        co_await park(s, work, settlement);
        co_await tell_unmatched_later(s, work, settlement);
        break;
    }
}

Step<> settle_waiting(Session& s, const Context& context, TenantId tenant,
                      const match::Identity& payment, Instant now) {
    const Work work{context, tenant, now};
    co_await judge_waiting(s, work, payment);
}

} // namespace settled::units
