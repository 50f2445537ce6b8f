// Payments from outside: booked, held by the name of their payer, returned by the institution.
#include "sandbox/bank/payments/carriage.h"
#include "sandbox/bank/payments/payments.h"
#include "sandbox/bank/webhooks/payment_payloads.h"
#include "sandbox/base/uuid.h"
#include "sandbox/bounds.h"

namespace settled::sandbox {

namespace {

constexpr auto return_within = std::chrono::days(90); // CB "Faster Payments", returns

// As it reaches this bank: the scheme and the banks on the way may have changed its texts.
Booking inbound_booking(const SettledPayment& sent, Instant now) {
    const SettledPayment payment = carried(sent);
    Booking booking;
    booking.transaction_id = payment.transaction_id;
    booking.end_to_end_id = payment.end_to_end_id;
    booking.scheme_id = payment.scheme_id;
    booking.side = payment.credit ? Side::credit : Side::debit;
    booking.state = BookingState::settled;
    booking.amount = payment.amount;
    booking.scheme = payment.scheme;
    booking.account = payment.account_iban;
    booking.account_owner = payment.account_owner;
    booking.counterpart = payment.payer_iban;
    booking.counterpart_name = payment.payer_name;
    booking.reference = payment.reference;
    booking.is_return = payment.is_return;
    booking.created = now;
    booking.settled = now;
    return booking;
}

} // namespace

Payload Payments::take_in(SettledPayment payment) {
    payment.transaction_id = make_uuid(parts_.rng);
    if (payment.scheme == "FasterPayments")
        payment.scheme_id = make_uuid(parts_.rng);
    Booking booking = inbound_booking(payment, parts_.clock.now());
    if (payment.credit && payment.payer_name == held_party_name &&
        held_inbound_.size() < bounds::held_inbound_max) {
        booking.state = BookingState::held;
        booking.settled = {};
        held_inbound_.emplace(payment.transaction_id, payment);
        Payload payload = booking_held(booking);
        static_cast<void>(parts_.ledger.book(std::move(booking)));
        return payload;
    }
    // Beyond the ledger's bound of other payments it is reported anyway.
    static_cast<void>(parts_.ledger.book(std::move(booking)));
    return transaction_settled(payment, parts_.clock.now(), parts_.rng);
}

// Released it settles; declined the money goes back, and the bank publishes no webhook for that.
Result<> Payments::end_inbound_hold(std::string_view id, bool released) {
    const auto held = held_inbound_.find(id);
    const SettledPayment payment = held->second;
    held_inbound_.erase(held);
    if (Booking* const booking = parts_.ledger.find(payment.transaction_id, Side::credit))
        parts_.ledger.move(*booking, released ? BookingState::settled : BookingState::rejected,
                           parts_.clock.now());
    if (released)
        submit(transaction_settled(payment, parts_.clock.now(), parts_.rng));
    return {};
}

Result<> Payments::return_inbound(const ReturnInstruction& instruction,
                                  const std::string& request_id) {
    Booking* const original = parts_.ledger.find(instruction.transaction_id, Side::credit);
    if (original == nullptr || original->is_return || original->scheme != instruction.scheme)
        return fail(Code::not_found, "no inbound payment of this scheme has this id");
    if (instruction.scheme == "Chaps" && !parts_.calendar.is_chaps_open())
        return fail(Code::state_conflict, "CHAPS is closed");
    if (original->state != BookingState::settled)
        return fail(Code::state_conflict, "the payment is returned already or not settled");
    if (original->created + return_within < parts_.clock.now())
        return fail(Code::value_invalid, "the payment is older than 90 days");
    Booking debit = *original;
    debit.side = Side::debit;
    debit.state = BookingState::accepted;
    debit.transaction_id = make_uuid(parts_.rng);
    debit.scheme_id = make_uuid(parts_.rng);
    debit.is_return = true;
    debit.return_of = original->transaction_id;
    debit.return_code = instruction.reason;
    if (instruction.scheme == "Chaps")
        debit.scheme_id = debit.end_to_end_id = instruction.instruction_id;
    debit.request_id = request_id;
    debit.created = parts_.clock.now();
    debit.settled = {};
    const Treatment treatment = parts_.rules.decide(
        {original->counterpart_name, original->end_to_end_id, original->amount.minor, true});
    TRY(Booking* const booked, parts_.ledger.book(std::move(debit)));
    // From now on, so that a second return of the same payment is refused.
    parts_.ledger.move(*original, BookingState::returned, parts_.clock.now());
    follow(*booked, treatment);
    return {};
}

} // namespace settled::sandbox
