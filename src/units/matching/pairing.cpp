#include "units/matching/pairing.h"

#include "match/keys.h"
#include "match/rule_set.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "units/deliveries/publish.h"
#include "units/learning/key_plans.h"
#include "units/matching/registered_late.h"

namespace settled::units {

namespace {

using domain::Pairing;
using domain::PaymentStatus;
using store::Session;
using store::Side;
using store::Step;

match::Of of(Side side) {
    return side == Side::settlement ? match::Of::settlement : match::Of::payment;
}

Step<> put(Session& s, const UnitScope& work, Side side, std::int64_t owner,
           const match::MatchFields& identity, std::size_t prefix_max = match::any_length) {
    const auto keys =
        match::stored_keys(work.context.keys.of(work.tenant), identity, of(side), prefix_max);
    co_await store::insert_match_keys(s, work.tenant, side, owner, keys);
}

// All there could be: what was learnt may have changed since.
Step<> take(Session& s, const UnitScope& work, Side side, std::int64_t owner,
            const match::MatchFields& identity) {
    const auto keys = match::stored_keys(work.context.keys.of(work.tenant), identity, of(side));
    co_await store::delete_match_keys(s, work.tenant, side, owner, keys);
}

// What a payment is once that much more of it has arrived (or, below zero, has gone).
domain::Payment with_more(domain::Payment payment, const Money& more) {
    const Money& whole = payment.amount;
    const bool same = more.currency == whole.currency;
    // In another currency there are no parts: it is all or nothing.
    payment.settled_minor = same             ? payment.settled_minor + more.minor
                            : more.minor > 0 ? whole.minor
                                             : 0;
    payment.identity.amount = {whole.minor - payment.settled_minor, whole.currency};
    ++payment.version;
    return payment;
}

bool is_all(const domain::Payment& payment, const Money& arrived) {
    const bool accepted =
        payment.identity.accepted_range && payment.identity.accepted_range->hold(arrived);
    return accepted || arrived.currency != payment.amount.currency ||
           arrived.minor >= payment.identity.amount.minor;
}

domain::Match match_of(const UnitScope& work, const domain::Settlement& settlement,
                       const domain::Payment& payment, const MatchBasis& finding) {
    const crypto::Hmac& key = work.context.keys.of(work.tenant);
    domain::Match match;
    match.id = work.context.ids.next<MatchId>();
    match.settlement_id = settlement.id;
    match.payment_id = payment.id;
    match.rank = finding.rank;
    match.rule_version = match::rule_version;
    match.rules = work.context.rules_of(work.tenant, settlement.identity.account)->name;
    match.pairing = finding.pairing;
    match.amount = finding.amount.value_or(settlement.amount);
    match.actor = finding.actor;
    match.matched_at = work.now;
    match.evidence = domain::evidence(
        {finding.rank, finding.payments_seen, finding.settlements_seen, finding.after_watermark,
         payment.identity.amount, match::proof_of(key, payment.identity),
         match::proof_of(key, settlement.identity), finding.reason,
         work.context.keys.version_of(work.tenant), finding.excluded, finding.fields,
         finding.overruled});
    return match;
}

Step<> tell_match(Session& s, const UnitScope& work, const domain::Settlement& settlement,
                  std::int64_t version, const domain::Payment& payment,
                  const domain::Match& match) {
    const auto matched = domain::matched_event(work.context.ids.next<EventId>(), settlement,
                                               version, payment, match, work.now);
    co_await publish_event(s, work.context, work.tenant, matched);
    if (payment.status != PaymentStatus::partially_settled)
        co_return;
    const auto partly =
        domain::partially_settled_event(work.context.ids.next<EventId>(), payment, match, work.now);
    co_await publish_event(s, work.context, work.tenant, partly);
}

} // namespace

void add_block_lock(store::Locks& locks, const Context& context, TenantId tenant,
                    const match::MatchFields& identity) {
    if (const auto block = match::block_of(context.keys.of(tenant), identity))
        locks.add(store::Lock::block(tenant, *block));
}

Step<> update_payment(Session& s, const UnitScope& work, store::PaymentState before,
                      const domain::Payment& after) {
    const bool updated = co_await store::update_payment(s, work.tenant, after, before);
    SETTLED_ASSERT(updated, "a payment that was read under its lock stands as it was read");
}

Step<domain::Payment> make_match(Session& s, const UnitScope& work,
                                 const domain::Settlement& settlement, std::int64_t version,
                                 const domain::Payment& payment, const MatchBasis& finding) {
    SETTLED_ASSERT(domain::is_open(payment.status), "a payment that is matched is open");
    domain::Match match = match_of(work, settlement, payment, finding);
    const bool whole = is_all(payment, match.amount);
    const bool in_parts = !whole || payment.settled_minor != 0;
    if (in_parts && match.pairing == Pairing::one)
        match.pairing = Pairing::split;
    co_await store::insert_match(s, work.tenant, match);
    co_await unindex(s, work, payment);
    domain::Payment after = with_more(payment, match.amount);
    after.status = whole ? PaymentStatus::settled : PaymentStatus::partially_settled;
    co_await update_payment(s, work, store::state_of(payment), after);
    if (whole)
        co_await close_late_review(s, work, payment);
    else
        co_await index_open(s, work, after);
    co_await tell_match(s, work, settlement, version, after, match);
    co_return after;
}

Step<std::vector<domain::Payment>> undo_matches(Session& s, const UnitScope& work,
                                                const domain::Settlement& settlement,
                                                const Undoing& undoing) {
    std::vector<domain::Payment> payments;
    const auto matches = co_await store::matches_of_settlement(s, work.tenant, settlement.id);
    for (const domain::Match& match : matches) {
        const bool ended = co_await store::end_match(
            s, work.tenant,
            {work.context.ids.next<MatchId>(), match.id, undoing.reason, undoing.actor, work.now});
        SETTLED_ASSERT(ended, "a live match that was read under its lock can be ended");
        const auto payment = co_await store::find_payment(s, work.tenant, match.payment_id);
        SETTLED_ASSERT(payment.has_value(), "a match is of a payment");
        if (domain::is_open(payment->status))
            co_await unindex(s, work, *payment);
        domain::Payment after = with_more(*payment, {-match.amount.minor, match.amount.currency});
        const bool nothing_left = after.settled_minor == 0;
        after.status = !nothing_left ? PaymentStatus::partially_settled
                       : undoing.afterwards == Afterwards::returned ? PaymentStatus::returned
                                                                    : PaymentStatus::expected;
        co_await update_payment(s, work, store::state_of(*payment), after);
        if (domain::is_open(after.status) && after.identity.amount.minor > 0)
            co_await index_open(s, work, after);
        payments.push_back(std::move(after));
    }
    co_return payments;
}

Step<> index_open(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    co_await put(s, work, Side::settlement, settlement.id.value, settlement.identity);
}

Step<> unindex(Session& s, const UnitScope& work, const domain::Settlement& settlement) {
    co_await take(s, work, Side::settlement, settlement.id.value, settlement.identity);
}

Step<> index_open(Session& s, const UnitScope& work, const domain::Payment& payment) {
    std::size_t prefix_max = match::any_length;
    if (work.context.key_plans != nullptr)
        prefix_max = work.context.key_plans->for_payment(work.tenant, payment).stored_prefix_max;
    co_await put(s, work, Side::payment, payment.id.value, payment.identity, prefix_max);
}

// From the archive, too: which of both it stands in is not known, and to take what is not there
// does nothing.
Step<> unindex(Session& s, const UnitScope& work, const domain::Payment& payment) {
    co_await take(s, work, Side::payment, payment.id.value, payment.identity);
    if (payment.status == PaymentStatus::overdue)
        co_await take(s, work, Side::archive, payment.id.value, payment.identity);
}

} // namespace settled::units
