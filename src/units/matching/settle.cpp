#include "units/matching/settle.h"

#include "match/groups.h"
#include "match/keys.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/settlements.h"
#include "store/queries/tasks.h"
#include "units/deliveries/publish.h"
#include "units/matching/reverse.h"
#include "units/matching/review_detail.h"

#include <algorithm>
#include <array>
#include <span>

namespace settled::units {

namespace {

using domain::SettlementStatus;
using match::Outcome;
using store::Session;
using store::Side;
using store::Step;

MatchBasis finding_of(const Verdict& verdict, bool after_watermark) {
    return {.rank = verdict.candidates.front().rank,
            .payments_seen = verdict.payments_seen,
            .settlements_seen = verdict.settlements_seen,
            .after_watermark = after_watermark,
            .excluded = verdict.excluded};
}

Step<> open_review(Session& s, const UnitScope& work, ReviewId id, std::string_view kind,
                   const domain::Settlement& settlement, const Verdict& verdict) {
    co_await store::insert_review(s, work.tenant,
                                  {id, std::string(kind), settlement.id.value, "open",
                                   review_detail(settlement, verdict), work.now, std::nullopt});
}

Step<> put_to_review(Session& s, const UnitScope& work, const domain::Settlement& settlement,
                     const Verdict& verdict) {
    const auto id = work.context.ids.next<ReviewId>();
    co_await open_review(s, work, id, store::review_settlement_ambiguous, settlement, verdict);
    std::vector<domain::PaymentIds> candidates;
    for (const RankedPayment& candidate : verdict.candidates)
        candidates.push_back(domain::ids_of(candidate.payment));
    const auto event = domain::ambiguous_event(work.context.ids.next<EventId>(), settlement, id,
                                               candidates, work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

Step<> leave_trace(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    const auto keys = match::trace_keys(work.context.keys.of(work.tenant), settlement.identity);
    co_await store::insert_match_keys(s, work.tenant, Side::trace, settlement.id.value, keys);
}

Step<> update_open_review(Session& s, const UnitScope& work, const domain::Settlement& settlement,
                          const Verdict& verdict) {
    const auto review = co_await store::find_open_review_of(s, work.tenant, settlement.id);
    if (review)
        co_await store::update_review_detail(s, work.tenant, review->id,
                                             review_detail(settlement, verdict));
}

// What became of a stored settlement that waits and is not matched. That nothing fits one that is
// ambiguous is said by who has looked at other amounts, too: they may be what it is ambiguous by.
Step<> store_unmatched_state(Session& s, const UnitScope& work,
                             const domain::Settlement& settlement, const Verdict& verdict,
                             Reach reach) {
    const bool was_ambiguous = settlement.status == SettlementStatus::ambiguous;
    if (verdict.outcome == Outcome::ambiguous && was_ambiguous) {
        co_await update_open_review(s, work, settlement, verdict);
    } else if (verdict.outcome == Outcome::ambiguous) {
        co_await close_open_review(s, work, settlement);
        co_await put_to_review(s, work, settlement, verdict);
        co_await store::update_settlement(
            s, work.tenant, settlement.id,
            {settlement.status, SettlementStatus::ambiguous, settlement.version + 1});
    } else if (verdict.outcome == Outcome::none && was_ambiguous && reach == Reach::loose) {
        co_await close_open_review(s, work, settlement);
        co_await store::update_settlement(
            s, work.tenant, settlement.id,
            {settlement.status, SettlementStatus::unmatched, settlement.version});
        co_await tell_unmatched_later(s, work, settlement.id,
                                      work.now + work.context.unmatched_grace);
    }
}

// Settlements whose decision is scheduled, at their watermark or now. One of them may have been
// decided before: without the payment that has come now, or because this unit began before the
// watermark and is carried out after it.
class ToWeigh {
  public:
    void add(const domain::Settlement& settlement, Applied judged, Instant ripe_at) {
        // An ambiguous settlement that has just lost its rivals may still have a candidate with a
        // different amount. Those were not searched, so schedule a decision.
        const bool lost_its_rivals =
            judged == Applied::unmatched && settlement.status == SettlementStatus::ambiguous;
        if (judged == Applied::waits || lost_its_rivals)
            each_.emplace_back(settlement.id, ripe_at);
        if (judged == Applied::ambiguous)
            add_ambiguous(settlement, ripe_at);
    }
    std::vector<std::pair<SettlementId, Instant>> take() {
        for (const Twin& twin : twins_)
            each_.emplace_back(twin.settlement, twin.ripe_at);
        return std::move(each_);
    }

  private:
    struct Twin {
        match::MatchFields identity;
        SettlementId settlement;
        Instant ripe_at;
    };
    // They may be twins of which the last has come now: one decision serves all, when all are ripe.
    void add_ambiguous(const domain::Settlement& settlement, Instant ripe_at) {
        const auto same = std::ranges::find_if(twins_, [&](const Twin& twin) {
            return match::are_twins(std::array{twin.identity, settlement.identity});
        });
        if (same == twins_.end())
            twins_.push_back({settlement.identity, settlement.id, ripe_at});
        else if (ripe_at > same->ripe_at)
            *same = {settlement.identity, settlement.id, ripe_at};
    }

    std::vector<std::pair<SettlementId, Instant>> each_;
    std::vector<Twin> twins_;
};

// Returns whether it was matched. What stays open and may be decided by time alone is in `left`.
Step<bool> judge_one(Session& s, const UnitScope& work, SettlementId id, ToWeigh& left) {
    const auto settlement = co_await store::find_settlement(s, work.tenant, id);
    if (!settlement->is_open())
        co_return false;
    const Verdict verdict = co_await judge(s, work.context, work.tenant, *settlement);
    const Applied judged = co_await apply_verdict(s, work, *settlement, verdict, Reach::exact);
    if (judged == Applied::unmatched && settlement->status == SettlementStatus::unmatched &&
        (settlement->suggested || !verdict.candidates.empty()))
        co_await update_suggestions_soon(s, work, *settlement);
    left.add(*settlement, judged, settlement->received_at + work.context.watermark);
    co_return judged == Applied::matched;
}

// Judges the waiting again until a round matches none; of a crowd those that fit best, and leaves
// the rest for later. Every match takes a payment away, so this ends.
Step<> judge_waiting(Session& s, const UnitScope& work, std::vector<match::MatchFields> payments,
                     PaymentChange has) {
    const auto waiting = co_await open_near(s, work, payments);
    const bool is_crowd = waiting.size() > judged_at_once_max;
    const auto at_once = std::span(waiting).first(is_crowd ? judged_of_a_crowd : waiting.size());
    bool again = true;
    ToWeigh left;
    while (again) {
        again = false;
        left = {};
        for (const domain::Settlement& settlement : at_once) {
            const bool matched = co_await judge_one(s, work, settlement.id, left);
            again = again || matched;
        }
    }
    for (const domain::Settlement& settlement : std::span(waiting).subspan(at_once.size()))
        co_await decide_soon(s, work, settlement);
    for (const auto& [id, ripe_at] : left.take())
        co_await schedule_decision(s, work, id, std::max(ripe_at, work.now));
    co_await decide_neighbours(s, work, payments, has);
}

Step<> judge_waiting(Session& s, const UnitScope& work, const match::MatchFields& payment,
                     PaymentChange has = PaymentChange::closed) {
    return judge_waiting(s, work, std::vector{payment}, has);
}

} // namespace

void add_settling_locks(store::Locks& locks, const Context& context, TenantId tenant,
                        const match::MatchFields& identity) {
    add_block_lock(locks, context, tenant, identity);
    locks.add(store::Lock::endpoints_shared(tenant));
}

Step<> settle_new(Session& s, const Context& context, TenantId tenant,
                  domain::Settlement settlement, Instant now) {
    const UnitScope work{context, tenant, now};
    auto returned = co_await return_waiting_for(s, work, settlement);
    if (returned) {
        co_await leave_trace(s, work, settlement);
        co_await insert_returned(s, work, std::move(settlement), std::move(*returned));
        co_return;
    }
    const Verdict verdict = co_await judge(s, context, tenant, settlement);
    if (may_match(verdict, work, settlement, Reach::exact)) {
        const domain::Payment& payment = verdict.candidates.front().payment;
        co_await leave_trace(s, work, settlement);
        settlement.status = SettlementStatus::matched;
        ++settlement.version;
        (void)co_await make_match(s, work, settlement, settlement.version, payment,
                                  finding_of(verdict, false));
        co_await store::insert_settlement(s, tenant, settlement);
        co_await judge_waiting(s, work, payment.identity);
        co_return;
    }
    if (verdict.outcome == Outcome::ambiguous) {
        settlement.status = SettlementStatus::ambiguous;
        co_await put_to_review(s, work, settlement, verdict);
        ++settlement.version;
    }
    co_await leave_trace(s, work, settlement);
    co_await store::insert_settlement(s, tenant, settlement);
    co_await index_open(s, work, settlement);
    co_await schedule_decision(s, work, settlement.id, now + context.watermark);
}

Step<> complete_waiting(Session& s, const UnitScope& work, const domain::Settlement& before,
                        domain::Settlement after) {
    const auto trace = match::trace_keys(work.context.keys.of(work.tenant), before.identity);
    co_await store::delete_match_keys(s, work.tenant, Side::trace, before.id.value, trace);
    co_await unindex(s, work, before);
    co_await store::complete_settlement(s, work.tenant, after);
    co_await leave_trace(s, work, after);
    co_await index_open(s, work, after);
    co_await schedule_decision(s, work, after.id, work.now);
}

Step<> settle_waiting(Session& s, const Context& context, TenantId tenant,
                      const match::MatchFields& payment, Instant now, PaymentChange has) {
    const UnitScope work{context, tenant, now};
    co_await judge_waiting(s, work, payment, has);
}

Step<> settle_waiting_near(Session& s, const UnitScope& work,
                           std::vector<match::MatchFields> payments) {
    co_await judge_waiting(s, work, std::move(payments), PaymentChange::opened);
}

Step<> close_open_review(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    if (!settlement.has_open_review())
        co_return;
    const auto review = co_await store::find_open_review_of(s, work.tenant, settlement.id);
    if (review)
        co_await store::close_review(s, work.tenant, review->id, work.now);
    if (settlement.suggested)
        co_await store::mark_suggested(s, work.tenant, settlement.id, false);
}

Step<> suggest(Session& s, const UnitScope& work, const domain::Settlement& settlement,
               const Verdict& verdict) {
    const bool wanted = work.context.suggested_reviews && !verdict.candidates.empty();
    if (!wanted) {
        co_await close_open_review(s, work, settlement);
    } else if (settlement.suggested) {
        co_await update_open_review(s, work, settlement, verdict);
    } else {
        co_await open_review(s, work, work.context.ids.next<ReviewId>(),
                             store::review_suggested_match, settlement, verdict);
        co_await store::mark_suggested(s, work.tenant, settlement.id, true);
    }
}

// A verdict that relies on uniqueness is applied after the watermark, and only if the search
// covered rivals of another amount, too.
bool may_match(const Verdict& verdict, const UnitScope& work, const domain::Settlement& settlement,
               Reach reach) {
    return verdict.outcome == Outcome::one &&
           (!verdict.waits_for_watermark() ||
            (reach == Reach::loose && work.context.watermark_passed(settlement, work.now)));
}

Step<Applied> apply_verdict(Session& s, const UnitScope& work, domain::Settlement settlement,
                            const Verdict& verdict, Reach reach) {
    if (may_match(verdict, work, settlement, reach)) {
        const domain::Payment payment = verdict.candidates.front().payment;
        const MatchBasis finding =
            finding_of(verdict, work.context.watermark_passed(settlement, work.now));
        const auto after = co_await match_waiting(s, work, settlement, payment, finding);
        co_await settle_rest(s, work, after);
        if (reach == Reach::loose) // a caller for one block goes on with the others in it
            co_await judge_waiting(s, work, payment.identity);
        co_return Applied::matched;
    }
    co_await store_unmatched_state(s, work, settlement, verdict, reach);
    if (verdict.outcome == Outcome::ambiguous)
        co_return Applied::ambiguous;
    co_return verdict.outcome == Outcome::one ? Applied::waits : Applied::unmatched;
}

Step<domain::Payment> match_waiting(Session& s, const UnitScope& work,
                                    const domain::Settlement& settlement,
                                    const domain::Payment& payment, const MatchBasis& finding) {
    co_await unindex(s, work, settlement);
    co_await close_open_review(s, work, settlement);
    co_await store::update_settlement(
        s, work.tenant, settlement.id,
        {settlement.status, SettlementStatus::matched, settlement.version + 1});
    co_return co_await make_match(s, work, settlement, settlement.version + 1, payment, finding);
}

Step<> settle_rest(Session& s, const UnitScope& work, const domain::Payment& payment) {
    if (!domain::is_open(payment.status) || payment.identity.amount.minor <= 0)
        co_return;
    store::Locks locks;
    add_block_lock(locks, work.context, work.tenant, payment.identity);
    co_await s.lock(locks);
    co_await judge_waiting(s, work, payment.identity);
}

Step<> schedule_decision(Session& s, const UnitScope& work, SettlementId settlement, Instant due) {
    co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                store::task_watermark, settlement.value, 0, due, work.now);
}

Step<> tell_unmatched_later(Session& s, const UnitScope& work, SettlementId settlement,
                            Instant due) {
    const bool is_owed =
        co_await store::is_queued(s, work.tenant, store::task_tell_unmatched, settlement.value);
    if (is_owed)
        co_return;
    co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                store::task_tell_unmatched, settlement.value, 0, due, work.now);
}

} // namespace settled::units
