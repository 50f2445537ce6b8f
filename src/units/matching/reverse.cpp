#include "units/matching/reverse.h"

#include "base/limits.h"
#include "match/keys.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/reversals.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/settlements.h"
#include "store/queries/purged.h"
#include "store/queries/walks.h"
#include "units/deliveries/publish.h"
#include "units/matching/named_by_return.h"
#include "units/matching/neighbours.h"
#include "units/matching/owed_decisions.h"
#include "units/matching/registered_late.h"
#include "units/matching/rivals.h"
#include "units/matching/settle.h"
#include "units/matching/watermark.h"
#include "units/returns/send_back.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::Reversal;
using domain::ReversalStatus;
using domain::SettlementStatus;
using store::Session;
using store::Side;
using store::Step;

// The longest that a bank is known to go on sending a webhook that was not taken.
constexpr auto wait_max = std::chrono::hours(72);
// Settlements that are due at the same time are decided first: a return then finds them matched.
constexpr auto after_weighing = std::chrono::milliseconds(1);
// A decision that is due but not made for so long is not waited for.
constexpr auto owed_max = std::chrono::minutes(10);
// A crowd is decided in a few looks, since one that decides leads to another.
constexpr int crowd_looks_max = 12;

Instant ripe_at(const UnitScope& work, Instant received_at) {
    return received_at + work.context.watermark + after_weighing;
}

// Whether what is found for it now decides.
bool is_decided_now(const UnitScope& work, const Reversal& reversal) {
    return match::names_an_id(reversal.identity) || work.now >= ripe_at(work, reversal.received_at);
}

// It waits under the strongest that it names its settlement by: whatever else it names, its
// settlement has that.
Step<> take_from_wait(Session& s, const UnitScope& work, const Reversal& reversal) {
    auto keys = match::return_keys(work.context.keys.of(work.tenant), reversal.identity);
    if (keys.empty())
        co_return;
    keys.resize(1);
    co_await store::delete_match_keys(s, work.tenant, Side::reversal, reversal.id.value, keys);
}

Step<> put_to_wait(Session& s, const UnitScope& work, const Reversal& reversal) {
    auto keys = match::return_keys(work.context.keys.of(work.tenant), reversal.identity);
    if (keys.empty())
        co_return;
    keys.resize(1);
    co_await store::insert_match_keys(s, work.tenant, Side::reversal, reversal.id.value, keys);
}

Step<> look_later(Session& s, const UnitScope& work, const Reversal& reversal, Instant due) {
    co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                store::task_reverse, reversal.id.value, 0, due, work.now);
}

Step<NamedByReturn> find_named(Session& s, const UnitScope& work, const Reversal& reversal) {
    NamedFinder finder(s, work);
    co_return co_await finder.find(reversal);
}

Step<> open_review(Session& s, const UnitScope& work, const Reversal& reversal,
                   const NamedByReturn& named) {
    wire::JsonWriter w;
    w.object().member("reversal_id", to_string(reversal.id));
    w.member("transaction_id", reversal.transaction_id);
    w.member("settlements_found", static_cast<std::uint64_t>(named.settlements.size()));
    w.key("settlement_ids").array();
    for (const SettlementId id : named.settlements)
        w.value(to_string(id));
    w.end();
    if (!named.purged.empty()) {
        w.key("purged_settlement_ids").array();
        for (const SettlementId id : named.purged)
            w.value(to_string(id));
        w.end();
    }
    w.end();
    co_await store::insert_review(
        s, work.tenant,
        {work.context.ids.next<ReviewId>(), std::string(store::review_unmatched_return),
         reversal.webhook_id.value, "open", std::move(w).text(), work.now, std::nullopt});
}

Step<std::optional<store::ReviewRow>> review_of(Session& s, const UnitScope& work,
                                                const Reversal& reversal) {
    return store::find_open_review(s, work.tenant, store::review_unmatched_return,
                                   reversal.webhook_id.value);
}

// Once its settlement is known.
Step<> close(Session& s, const UnitScope& work, const Reversal& reversal, SettlementId settlement) {
    co_await take_from_wait(s, work, reversal);
    co_await store::update_reversal(s, work.tenant, reversal.id, ReversalStatus::applied,
                                    settlement);
    co_await return_booked(s, work, settlement);
    if (reversal.status != ReversalStatus::review)
        co_return;
    co_await close_open_review_of(s, work, store::review_unmatched_return,
                                  reversal.webhook_id.value);
}

Step<> tell_returned(Session& s, const UnitScope& work, const domain::Settlement& settlement,
                     const Reversal& reversal, const std::vector<domain::PaymentIds>& payments) {
    const auto event = domain::reversed_event(work.context.ids.next<EventId>(), settlement,
                                              reversal, payments, work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

// When every settlement that arrived together with this one has been decided, unless they are a
// crowd, which is decided in several looks.
Instant settled_down_at(const UnitScope& work, const domain::Settlement& settlement, int looks) {
    return ripe_at(work, settlement.received_at) + work.context.watermark + looks * look_again_lag;
}

// A settlement that went back before it was matched: its payment is still looked for, when it is
// clear that no other settlement gets that payment.
Step<> look_for_payment_later(Session& s, const UnitScope& work,
                              const domain::Settlement& settlement, const Reversal& reversal) {
    int looks = 0;
    while (looks <= crowd_looks_max && settled_down_at(work, settlement, looks) <= work.now)
        ++looks;
    if (looks <= crowd_looks_max)
        co_await look_later(s, work, reversal, settled_down_at(work, settlement, looks));
}

// Other units that settle with the payments of its matches wait.
Step<> lock_payments(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    const auto matches = co_await store::matches_of_settlement(s, work.tenant, settlement.id);
    store::Locks locks;
    for (const domain::Match& match : matches) {
        const auto payment = co_await store::find_payment(s, work.tenant, match.payment_id);
        match::MatchFields whole = payment->identity; // what waits, and what it was before
        add_block_lock(locks, work.context, work.tenant, whole);
        whole.amount = payment->amount;
        add_block_lock(locks, work.context, work.tenant, whole);
    }
    co_await s.lock(locks);
}

Step<std::vector<domain::Payment>> undo(Session& s, const UnitScope& work,
                                        const domain::Settlement& settlement,
                                        const Reversal& reversal) {
    co_await lock_payments(s, work, settlement);
    co_return co_await undo_matches(s, work, settlement,
                                    {Afterwards::returned, "returned " + reversal.reason, ""});
}

Step<> apply(Session& s, const UnitScope& work, const Reversal& reversal,
             const domain::Settlement& settlement) {
    std::vector<domain::Payment> payments;
    if (settlement.status == SettlementStatus::matched)
        payments = co_await undo(s, work, settlement, reversal);
    if (settlement.is_open()) {
        co_await unindex(s, work, settlement);
        co_await close_open_review(s, work, settlement);
        co_await look_for_payment_later(s, work, settlement, reversal);
    }
    co_await store::update_settlement(
        s, work.tenant, settlement.id,
        {settlement.status, SettlementStatus::reversed, settlement.version + 1});
    std::vector<domain::PaymentIds> matched_to;
    for (const domain::Payment& payment : payments)
        matched_to.push_back(domain::ids_of(payment));
    co_await tell_returned(s, work, settlement, reversal, matched_to);
    co_await close(s, work, reversal, settlement.id);
    for (const domain::Payment& payment :
         payments) // one that had more parts waits for less, or more
        co_await settle_waiting(s, work.context, work.tenant, payment.identity, work.now,
                                domain::is_open(payment.status) ? PaymentChange::opened
                                                                : PaymentChange::closed);
    if (settlement.is_open())
        co_await settle_rivals(s, work, settlement);
}

// What becomes of a return that is not applied yet. Returns the settlement that it was applied to.
Step<std::optional<domain::Settlement>> look(Session& s, const UnitScope& work, Reversal reversal,
                                             const NamedByReturn& named, bool is_last) {
    const bool decided = is_decided_now(work, reversal);
    if (named.is_one() && decided) {
        co_await apply(s, work, reversal, *named.first);
        co_return named.first;
    }
    const bool is_for_a_person = is_last || (decided && named.are_for_a_person());
    if (reversal.status == ReversalStatus::waiting && is_for_a_person) {
        co_await open_review(s, work, reversal, named);
        co_await store::update_reversal(s, work.tenant, reversal.id, ReversalStatus::review,
                                        reversal.settlement_id);
    }
    co_return std::nullopt;
}

// No person has closed its review.
Step<bool> is_still_looked_for(Session& s, const UnitScope& work, const Reversal& reversal) {
    if (reversal.status == ReversalStatus::waiting)
        co_return true;
    const auto review = co_await review_of(s, work, reversal);
    co_return review.has_value();
}

// It names no id, and a decision that was due before it is not made yet.
Step<bool> is_overtaking(Session& s, const UnitScope& work, const Reversal& reversal,
                         const NamedByReturn& named) {
    const bool is_in_order = match::names_an_id(reversal.identity) || !named.is_one() ||
                             reversal.status != ReversalStatus::waiting ||
                             work.now >= ripe_at(work, reversal.received_at) + owed_max;
    if (is_in_order)
        co_return false;
    co_return co_await is_decision_owed_near(s, work, *named.first);
}

// A settlement that others named, too, is gone: what is left to them may be one.
Step<> look_again(Session& s, const UnitScope& work, domain::Settlement gone) {
    NamedFinder finder(s, work);
    std::vector<domain::Settlement> all{std::move(gone)};
    while (!all.empty()) {
        const domain::Settlement each = std::move(all.back());
        all.pop_back();
        for (const Reversal& reversal : co_await returns_naming(s, work, each)) {
            const NamedByReturn named = co_await finder.find(reversal);
            const bool may_follow = named.is_one() || reversal.status == ReversalStatus::waiting;
            if (!may_follow || !co_await is_still_looked_for(s, work, reversal) ||
                co_await is_overtaking(s, work, reversal, named)) // its timer comes back to it
                continue;
            auto applied = co_await look(s, work, reversal, named, false);
            if (!applied)
                continue;
            all.push_back(std::move(*applied));
            finder.forget_all();
        }
    }
}

// The settlement that it names by the id of our own return, unless that is of other money.
Step<std::optional<domain::Settlement>> named_by_us(Session& s, const UnitScope& work,
                                                    SettlementId id, const Reversal& reversal) {
    if (id.value == 0)
        co_return std::nullopt;
    auto settlement = co_await store::find_settlement(s, work.tenant, id);
    if (!settlement || settlement->status == SettlementStatus::reversed ||
        settlement->amount != reversal.identity.amount ||
        settlement->identity.account != reversal.identity.account)
        co_return std::nullopt;
    co_return settlement;
}

Step<bool> was_purged(Session& s, const UnitScope& work, SettlementId id) {
    const auto purged =
        co_await store::find_purged(s, work.tenant, store::PurgedKind::settlement, id.value);
    co_return purged.has_value();
}

// When to look next, as things stand; it waits.
Instant next_look(const UnitScope& work, const Reversal& reversal, const NamedByReturn& named) {
    const Instant last = reversal.received_at + wait_max;
    if (!is_decided_now(work, reversal))
        return std::min(last, ripe_at(work, reversal.received_at));
    if (named.is_one()) // which is not decided yet
        return std::min(last, ripe_at(work, named.first->received_at));
    return last;
}

// By a reference alone, and the one that it names is younger than its watermark: another may come
// with it.
bool is_early(const UnitScope& work, const Reversal& reversal, const NamedByReturn& named) {
    return named.is_one() && !match::names_an_id(reversal.identity) &&
           work.now < ripe_at(work, named.first->received_at);
}

// Whether the timer is one of those that look for the payment.
bool looks_for_payment(const UnitScope& work, const domain::Settlement& settlement, Instant due) {
    for (int looks = 0; looks <= crowd_looks_max; ++looks)
        if (due == settled_down_at(work, settlement, looks))
            return true;
    return false;
}

// Its settlement went back before it was matched. Whichever payment would have got it does not
// wait any more: its money came, and went. `due`: of the timer; this is done by one alone.
Step<> return_its_payment(Session& s, const UnitScope& work, const Reversal& reversal,
                          Instant due) {
    const auto seen = co_await store::find_settlement(s, work.tenant, reversal.settlement_id);
    const auto ever = co_await store::all_matches_of(s, work.tenant, reversal.settlement_id);
    if (!seen || !ever.empty() || !looks_for_payment(work, *seen, due))
        co_return;
    const Verdict verdict = co_await judge_at_watermark(s, work, *seen);
    if (verdict.outcome == match::Outcome::ambiguous) // a crowd may still be owed decisions
        co_await look_for_payment_later(s, work, *seen, reversal);
    if (verdict.outcome != match::Outcome::one)
        co_return;
    domain::Payment payment = verdict.candidates.front().payment;
    if (payment.settled_minor != 0)
        co_return;
    co_await unindex(s, work, payment);
    co_await close_late_review(s, work, payment);
    const store::PaymentState before = store::state_of(payment);
    payment.status = domain::PaymentStatus::returned;
    ++payment.version;
    co_await update_payment(s, work, before, payment);
    co_await store::update_settlement(s, work.tenant, seen->id,
                                      {seen->status, seen->status, seen->version + 1});
    co_await tell_returned(s, work, *seen, reversal, {domain::ids_of(payment)});
    co_await settle_waiting(s, work.context, work.tenant, payment.identity, work.now);
}

Step<bool> finish_timer(Session& s, const store::TaskRow& task, std::optional<Instant> next,
                        Instant now) {
    const auto status = next ? domain::TaskStatus::queued : domain::TaskStatus::done;
    return store::update_task(s, task.tenant, task.id, status, task.attempts + 1,
                              next.value_or(task.due_at), now);
}

} // namespace

Step<> reverse_new(Session& s, const Context& context, TenantId tenant, Reversal reversal,
                   Instant now) {
    const UnitScope work{context, tenant, now};
    const SettlementId known = std::exchange(reversal.settlement_id, SettlementId{});
    auto ours = co_await named_by_us(s, work, known, reversal);
    co_await store::insert_reversal(s, tenant, reversal);
    if (ours) {
        co_await apply(s, work, reversal, *ours);
        co_await look_again(s, work, *std::move(ours));
        co_return;
    }
    co_await put_to_wait(s, work, reversal);
    const bool names_nothing =
        match::return_keys(context.keys.of(tenant), reversal.identity).empty();
    NamedByReturn named = co_await find_named(s, work, reversal);
    const bool is_purged = known.value != 0 && co_await was_purged(s, work, known);
    if (is_purged && std::ranges::find(named.purged, known) == named.purged.end())
        named.purged.push_back(known);
    auto applied = co_await look(s, work, reversal, named, names_nothing || is_purged);
    if (applied)
        co_await look_again(s, work, std::move(*applied));
    else if (!names_nothing && !is_purged)
        co_await look_later(s, work, reversal, next_look(work, reversal, named));
}

Step<> drop_waiting_return(Session& s, const UnitScope& work, const match::MatchFields& named,
                           SettlementId settlement) {
    if (named.uetr.empty())
        co_return;
    const auto keys = match::return_keys(work.context.keys.of(work.tenant), named);
    const auto found =
        co_await store::find_under(s, work.tenant, Side::reversal, keys, limits::candidates_max);
    for (const Reversal& waiting : co_await store::find_reversals(s, work.tenant, found.owners)) {
        if (waiting.identity.uetr != named.uetr)
            continue;
        co_await take_from_wait(s, work, waiting);
        co_await store::update_reversal(s, work.tenant, waiting.id, ReversalStatus::applied,
                                        settlement);
        if (waiting.status == ReversalStatus::review)
            co_await close_open_review_of(s, work, store::review_unmatched_return,
                                          waiting.webhook_id.value);
    }
}

Step<> reverse_again(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const UnitScope work{context, task.tenant, now};
    const auto seen = co_await store::find_reversal(s, task.tenant, ReversalId{task.subject_id});
    SETTLED_ASSERT(seen.has_value(), "a timer is of a return that exists");
    store::Locks locks;
    add_settling_locks(locks, context, task.tenant, seen->identity);
    co_await s.lock(locks);
    const auto reversal = co_await store::find_reversal(s, task.tenant, seen->id);
    const NamedByReturn named = co_await find_named(s, work, *reversal);
    const bool is_last = now >= reversal->received_at + wait_max;
    const bool overtakes = co_await is_overtaking(s, work, *reversal, named);
    const bool waits = reversal->status == ReversalStatus::waiting && !is_last &&
                       (is_early(work, *reversal, named) || named.is_none() ||
                        !is_decided_now(work, *reversal) || overtakes);
    const Instant later = overtakes ? work.now + after_weighing : next_look(work, *reversal, named);
    const auto next = waits ? std::optional(later) : std::nullopt;
    const bool open = co_await finish_timer(s, task, next, now);
    if (!open)
        co_return;
    if (reversal->status == ReversalStatus::applied)
        co_await return_its_payment(s, work, *reversal, task.due_at);
    if (waits) { // one that an older version has left is not indexed yet
        co_await take_from_wait(s, work, *reversal);
        co_await put_to_wait(s, work, *reversal);
    }
    if (waits || reversal->status != ReversalStatus::waiting)
        co_return;
    auto applied = co_await look(s, work, *reversal, named, is_last);
    if (applied)
        co_await look_again(s, work, std::move(*applied));
}

Step<std::optional<Reversal>> return_waiting_for(Session& s, const UnitScope& work,
                                                 const domain::Settlement& settlement) {
    NamedFinder finder(s, work);
    for (Reversal& reversal : co_await returns_naming(s, work, settlement)) {
        if (!is_decided_now(work, reversal))
            continue;
        const NamedByReturn others = co_await finder.find(reversal);
        const bool is_alone = others.is_none() && others.all_seen;
        if (is_alone && co_await is_still_looked_for(s, work, reversal))
            co_return std::move(reversal);
    }
    co_return std::nullopt;
}

Step<> insert_returned(Session& s, const UnitScope& work, domain::Settlement settlement,
                       Reversal reversal) {
    co_await tell_returned(s, work, settlement, reversal, {});
    settlement.status = SettlementStatus::reversed;
    ++settlement.version;
    co_await store::insert_settlement(s, work.tenant, settlement);
    co_await close(s, work, reversal, settlement.id);
    co_await look_for_payment_later(s, work, settlement, reversal);
    co_await look_again(s, work, std::move(settlement));
}

} // namespace settled::units
