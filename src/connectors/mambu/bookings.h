// Transactions of loan accounts (bookings): disbursements, repayments and adjustments. Source: Mambu
// API v2, "Loan transactions".
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/money.h"
#include "connectors/mambu/settings.h"
#include "domain/call.h"
#include "domain/facts.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::mambu {

inline constexpr std::size_t bookings_per_page = 50;

// `id`: the transaction's id or its encoded key.
domain::CallRequest read_booking_request(std::string_view id);
// By external id, which is unique.
domain::CallRequest find_booking_request(std::string_view external_id);
// Of a channel, created on the day of `from` or later, oldest first. The list may show some of the
// day before.
domain::CallRequest find_bookings_request(std::string_view channel_id, Instant from,
                                          const TimeZone& zone, std::int64_t offset);

// What our custom fields say of the payment.
struct PaymentDetails {
    domain::Party creditor, debtor;
    domain::PostalAddress creditor_address; // members for CHAPS
    std::string reference;
    std::string end_to_end_id;
    std::string status;
    std::string bank_transaction_id;
};

struct Booking {
    std::string encoded_key;
    std::string id;
    std::string external_id;
    std::string loan_key; // encoded
    std::string type;     // "DISBURSEMENT", "REPAYMENT", "DISBURSEMENT_ADJUSTMENT", …
    std::string amount;   // the digits as sent
    std::string channel_id;
    std::optional<Instant> created_at;
    std::optional<Instant> value_date;
    std::string adjustment_key; // of the adjustment that took it back; empty: it stands
    std::string original_key;   // of an adjustment: what it took back
    PaymentDetails details;

    bool is_disbursement() const { return type == "DISBURSEMENT"; }
    bool is_adjusted() const { return !adjustment_key.empty(); }
    // Fails with amount_invalid: parts of a penny, none at all, more than can be paid.
    Result<Money> amount_in(std::string_view currency) const;
};
// Of a read, or of the reply to a disbursement, repayment or adjustment. Fails with
// reply_unreadable when it lacks key, loan, type or amount.
Result<Booking> read_booking(std::string_view body, const TransactionFields& fields);
struct BookingPage {
    std::vector<Booking> bookings;
    bool is_last = true; // the page is not full
};
Result<BookingPage> read_bookings(std::string_view body, const TransactionFields& fields);

// A disbursement or a repayment that the bank has settled.
struct NewBooking {
    std::string loan_id; // or its encoded key
    Money amount;
    Instant settled_at; // the day of it is the value date
    std::string channel_id;
    std::string external_id; // at most 255 bytes
    std::string notes;       // cut at 255 characters
    PaymentDetails details;  // what is empty is not written
};
domain::CallRequest disbursement_request(const Settings& settings, const NewBooking& booking);
// With the settings' members for prepayments.
domain::CallRequest repayment_request(const Settings& settings, const NewBooking& booking);
// Takes a booking back. It has no external id: read the booking's adjustment_key before each try.
domain::CallRequest adjustment_request(std::string_view booking_id, std::string_view notes);

} // namespace settled::connectors::mambu
