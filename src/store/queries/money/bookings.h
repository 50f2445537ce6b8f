// Bookings: disbursements that were booked in a core banking system and ask for a payment. One order
// each at most.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::store {

inline constexpr std::string_view booking_reading = "reading";         // it is being read
inline constexpr std::string_view booking_ordered = "ordered";         // an order pays it
inline constexpr std::string_view booking_not_payable = "not_payable"; // a person decides
inline constexpr std::string_view booking_adjusted = "adjusted";       // it is taken back, unpaid
inline constexpr std::string_view booking_repeated = "repeated";       // another row is about it
inline constexpr std::string_view booking_other = "other";             // it asks for no payment

struct BookingRow {
    BookingId id;
    ConnectorId connector;       // the core banking system
    std::string asked_id;        // as its webhook names it; of one that a search showed: the key
    std::string transaction_key; // the encoded key; empty: it was not read yet
    std::string loan_account_id;
    std::string status{booking_reading};
    bool found = false;        // a search showed it, no webhook
    bool shown = false;        // the bank shows a debit with its key
    std::string detail = "{}"; // JSON: the transaction as it was read
    OrderId order;             // 0: none was made
    std::int64_t tries = 0;    // to read it
    std::string reason_code;   // why it is not paid
    std::string reason;
    Instant created_at, updated_at;
};

// False: there is one of that id.
Step<bool> insert_booking(Session& s, TenantId tenant, const BookingRow& row);
Step<std::optional<BookingRow>> find_booking(Session& s, TenantId tenant, BookingId id);
Step<std::optional<BookingRow>>
find_booking_asked(Session& s, TenantId tenant, ConnectorId connector, std::string_view asked_id);
Step<std::optional<BookingRow>> find_booking_of_key(Session& s, TenantId tenant,
                                                    ConnectorId connector,
                                                    std::string_view transaction_key);
Step<std::optional<BookingRow>> find_booking_of_order(Session& s, TenantId tenant, OrderId order);
Step<> update_booking(Session& s, TenantId tenant, const BookingRow& row);

} // namespace settled::store
