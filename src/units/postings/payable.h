// Whether a booking of the core banking system can be paid, and by which order. Pure.
//
// It is checked by the rules that hold for an order of a client (payloads/order_reader.h), in this
// order: its channel, its loan's currency, its amount, the source account, the creditor, the texts.
// Hours and limits are the order's own.
#pragma once

#include "base/error.h"
#include "connectors/mambu/bookings.h"
#include "connectors/mambu/loans.h"
#include "domain/order.h"
#include "units/postings/core_bank.h"

#include <optional>
#include <string>

namespace settled::units {

struct Payable {
    const CoreBank& core;
    const connectors::mambu::Booking& booking;
    const connectors::mambu::Loan& loan;
    // Of CHAPS, where the booking has no address of the creditor; nullopt: it was not read.
    std::optional<connectors::mambu::Holder> holder = std::nullopt;
    std::string institution_iban; // debited where the settings name no account
};

// Whether the holder's address is needed for a payment by CHAPS.
bool needs_holder(const CoreBank& core, const connectors::mambu::Booking& booking);

// The order that pays it. Fails with the code of what refuses it, and words that name it.
Result<domain::NewOrder> order_for(const Payable& payable);

} // namespace settled::units
