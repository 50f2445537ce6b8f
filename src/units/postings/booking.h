// A disbursement was booked in the core banking system on one of our channels, and asks for a
// payment: one order at most, whose end-to-end id is the booking's encoded key.
//
// A webhook, or a search, says no more than where to look. The booking is read by the API, then its
// loan, and its holder where the payment needs an address. What cannot be paid is put to review, or
// taken back, by setting. One that is older than the connector is never paid or taken back by itself.
#pragma once

#include "domain/call.h"
#include "domain/facts.h"
#include "store/queries/calls.h"
#include "store/queries/money/bookings.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"
#include "units/postings/core_bank.h"

#include <optional>
#include <string>

namespace settled::units {

// The core banking system says that something happened to a loan. `connector`: its own.
store::Step<> accept_core_fact(store::Session& s, const UnitScope& work, ConnectorId connector,
                               WebhookId webhook, const domain::CoreBankFact& fact);

// Searches for bookings on our channels that no webhook has reported. `since`: created then or later;
// nothing older than the connector is searched. While the mark of a restored store stands, it goes back
// to before that store's newest row, and the postings that were under way are looked up. Takes the lock.
store::Step<> catch_up_bookings(store::Session& s, UnitScope work, ConnectorId connector,
                                Instant since);
// A page of that search.
store::Step<> read_found_bookings(store::Session& s, const UnitScope& work, const CoreBank& core,
                                  const store::CallRow& call,
                                  const std::optional<domain::CallReply>& reply);

// What came of a try of a call about a booking. `reply`: nullopt when none could be read.
store::Step<> read_booking_reply(store::Session& s, const UnitScope& work, const CoreBank& core,
                                 const store::CallRow& call, store::BookingRow booking,
                                 const domain::ReplyVerdict& verdict,
                                 const std::optional<domain::CallReply>& reply);

// A person decides about a booking that cannot be paid.
enum class BookingRuling : std::uint8_t {
    try_again, // it, or what refused it, was mended
    adjust,    // it is taken back
};
store::Step<Result<>> rule_on_booking(store::Session& s, UnitScope work, BookingId id,
                                      BookingRuling ruling);

} // namespace settled::units
