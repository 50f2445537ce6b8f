// The payloads of webhooks about what the ledger holds: payments out, their refusals, and returns
// in either direction.
// Source: ClearBank webhook pages Transaction Settled v6, Transaction Rejected v2, Payment Message
// Assessment Failed v1 (published as "Assesment" in type and member), Payment Message Validation
// Failed v1, Outbound and Inbound Held
// Transaction v1. Which end-to-end id a return carries is not published;
// here it is the original's.
#pragma once

#include "sandbox/bank/payments/instruction.h"
#include "sandbox/bank/payments/ledger.h"
#include "sandbox/bank/webhooks/payloads.h"

#include <string_view>

namespace settled::sandbox {

// `returned_scheme_id`: of a return, the ActualEndToEndTransactionId of the original; by CHAPS its
// end-to-end id.
Payload booking_settled(const Booking& booking, std::string_view returned_scheme_id = {});
Payload booking_rejected(const Booking& booking, std::string_view code, Instant now);
Payload booking_held(const Booking& booking);
Payload assessment_failed(const Instruction& instruction, std::string_view reason, Rng& rng);
Payload validation_failed(const Instruction& instruction, std::string_view reason, Rng& rng);

} // namespace settled::sandbox
