// How payments end: settled, rejected, held and then released or declined, returned.
#include "sandbox/bank/payments/payments.h"

#include "sandbox/bank/webhooks/payment_payloads.h"
#include "sandbox/base/uuid.h"

namespace settled::sandbox {

// The outcome comes now or after the rule's delay. A booking of an API call is never forgotten.
void Payments::follow(Booking& booking, const Treatment& treatment) {
    const std::int64_t number = booking.number;
    parts_.later->after(treatment.delay, [this, number, treatment] {
        Booking* const due = parts_.ledger.find(number);
        if (due != nullptr && due->state == BookingState::accepted)
            apply(*due, treatment);
    });
}

void Payments::apply(Booking& booking, const Treatment& treatment) {
    switch (treatment.outcome) {
    case Outcome::reject:
        reject_booking(booking, treatment.detail);
        return;
    case Outcome::hold:
        parts_.ledger.move(booking, BookingState::held, parts_.clock.now());
        held_[booking.number] = treatment;
        submit(booking_held(booking));
        if (treatment.release_after)
            parts_.later->after(*treatment.release_after, [this, id = booking.transaction_id] {
                // A test may have released or declined it by then.
                static_cast<void>(release(id));
            });
        return;
    case Outcome::pending:
        return;
    case Outcome::settle:
    case Outcome::silent:
    case Outcome::assessment: // these are decided before there is something to settle
    case Outcome::validation:
    case Outcome::item_response:
        break;
    }
    settle_booking(booking, treatment.outcome != Outcome::silent);
    if (!treatment.return_after)
        return;
    parts_.later->after(*treatment.return_after,
                        [this, id = booking.transaction_id, code = treatment.return_code] {
                            // A test may have returned it by then.
                            static_cast<void>(return_to_us(id, code));
                        });
}

void Payments::settle_booking(Booking& booking, bool with_webhook) {
    parts_.ledger.move(booking, BookingState::settled, parts_.clock.now());
    std::string returned_scheme_id;
    if (booking.is_return)
        if (const Booking* const original = parts_.ledger.find(booking.return_of, Side::credit))
            returned_scheme_id =
                booking.scheme == "Chaps" ? original->end_to_end_id : original->scheme_id;
    if (with_webhook)
        submit(booking_settled(booking, returned_scheme_id));
    if (!booking.is_return)
        credit_own_account(booking, with_webhook);
}

// The other leg of a payment to an account at this bank. A transfer has one transaction id for both
// legs; what went by the scheme comes back under another.
void Payments::credit_own_account(const Booking& debit, bool with_webhook) {
    const Accounts::Named creditor = parts_.accounts.named(debit.counterpart);
    if (!creditor.exists())
        return;
    Booking credit = debit;
    credit.side = Side::credit;
    credit.account = parts_.accounts.iban_of(creditor);
    credit.account_owner = parts_.accounts.owner_of(creditor);
    credit.counterpart = debit.account;
    credit.counterpart_name = debit.account_owner;
    if (debit.scheme != "Transfer")
        credit.transaction_id = make_uuid(parts_.rng);
    const Result<Booking*> booked = parts_.ledger.book(std::move(credit));
    if (booked && with_webhook)
        submit(booking_settled(**booked));
}

void Payments::reject_booking(Booking& booking, const std::string& code) {
    booking.reason = code;
    parts_.ledger.move(booking, BookingState::rejected, parts_.clock.now());
    // A return that fails leaves its payment as it was.
    if (booking.is_return)
        if (Booking* const original = parts_.ledger.find(booking.return_of, Side::credit))
            parts_.ledger.move(*original, BookingState::settled, parts_.clock.now());
    submit(booking_rejected(booking, code, parts_.clock.now()));
}

Result<Booking*> Payments::payment_in_state(std::string_view id, BookingState state,
                                            BookingState or_state) {
    Booking* const booking = parts_.ledger.payment_out(id);
    if (booking == nullptr)
        return fail(Code::not_found, "no payment out has this id");
    if (booking->state != state && booking->state != or_state)
        return fail(Code::state_conflict, "the payment is " + std::string(token(booking->state)));
    return booking;
}

Result<> Payments::release(std::string_view id) {
    if (held_inbound_.contains(id))
        return end_inbound_hold(id, true);
    TRY(Booking* const booking, payment_in_state(id, BookingState::held, BookingState::held));
    Treatment treatment = held_[booking->number];
    held_.erase(booking->number);
    treatment.outcome = Outcome::settle;
    apply(*booking, treatment);
    return {};
}

Result<> Payments::decline(std::string_view id) {
    if (held_inbound_.contains(id))
        return end_inbound_hold(id, false);
    TRY(Booking* const booking, payment_in_state(id, BookingState::held, BookingState::held));
    held_.erase(booking->number);
    reject_booking(*booking, "HOPRJ");
    return {};
}

Result<> Payments::settle(std::string_view id) {
    TRY(Booking* const booking,
        payment_in_state(id, BookingState::accepted, BookingState::accepted));
    settle_booking(*booking, true);
    return {};
}

Result<> Payments::reject(std::string_view id, const std::string& code) {
    TRY(Booking* const booking, payment_in_state(id, BookingState::accepted, BookingState::held));
    held_.erase(booking->number);
    reject_booking(*booking, code);
    return {};
}

Result<> Payments::return_to_us(std::string_view id, const std::string& code) {
    TRY(Booking* const paid, payment_in_state(id, BookingState::settled, BookingState::settled));
    if (paid->is_return)
        return fail(Code::state_conflict, "a return is not returned");
    Booking credit = *paid;
    credit.side = Side::credit;
    credit.transaction_id = make_uuid(parts_.rng);
    credit.scheme_id = make_uuid(parts_.rng);
    credit.is_return = true;
    credit.return_of = paid->transaction_id;
    credit.return_code = code;
    if (credit.scheme == "Chaps") // the returning bank's own id; the document has ours
        credit.end_to_end_id = "II-" + credit.scheme_id.substr(0, 8);
    credit.created = parts_.clock.now();
    credit.settled = credit.created;
    credit.state = BookingState::settled;
    TRY(const Booking* const booked, parts_.ledger.book(std::move(credit)));
    parts_.ledger.move(*paid, BookingState::returned, parts_.clock.now());
    submit(
        booking_settled(*booked, paid->scheme == "Chaps" ? paid->end_to_end_id : paid->scheme_id));
    return {};
}

} // namespace settled::sandbox
