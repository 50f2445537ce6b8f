// Money back to its sender: our reasons in the words of each scheme, until when, and the request.
//
// Source: ClearBank pages "Faster Payments", "CHAPS" and "Bacs" (returns); ISO 20022 external return
// reason codes (NARR, the free text, is not taken for sending); Bacs codes of the return of unapplied
// credits (ARUCS), which has no code of its own for some of our reasons.
#pragma once

#include "domain/call.h"
#include "domain/money_return.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace settled::connectors::clearbank {

struct ReturnCodes {
    domain::ReturnReason reason{};
    std::string_view fps;   // ReasonForReturn
    std::string_view chaps; // ISO 20022
    std::string_view bacs;  // ARUCS
};
std::span<const ReturnCodes> return_codes(); // of all reasons, in their order
const ReturnCodes& return_codes(domain::ReturnReason reason);

// From the settlement on.
inline constexpr std::chrono::days fps_return_within{90};

// How long after the settlement the money can be returned.
struct ReturnDeadline {
    int days = 0;
    // Working days of the London calendar, until `utc_time` of the last; else days of 24 hours.
    bool are_working_days = false;
    std::optional<std::chrono::minutes> utc_time; // nullopt: until that day ends
};
// `scheme`: the bank's word. nullopt: the bank has no return for it (Transfer).
std::optional<ReturnDeadline> return_deadline(std::string_view scheme);

// `bank_transaction_id`: of the settlement.
domain::CallRequest fps_return_request(std::string_view bank_transaction_id,
                                       domain::ReturnReason reason);

} // namespace settled::connectors::clearbank
