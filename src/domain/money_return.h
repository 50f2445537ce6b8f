// A return: money that arrived on one of our accounts and that we ask the bank to send back. One of
// a settlement. Its states are those of an order (domain/order.h).
#pragma once

#include "base/id.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace settled::domain {

// Why the money goes back, in our words; each scheme has its own code for it. Tokens are in the store
// and in the API: never rename.
enum class ReturnReason : std::uint8_t {
    account_closed,
    account_unknown,
    account_stopped,
    beneficiary_deceased,
    name_mismatch,
    requested_by_sender,
    not_expected,
    terms_do_not_permit,
    other,
};
std::string_view token(ReturnReason reason);
std::optional<ReturnReason> return_reason_named(std::string_view token);
std::span<const std::string_view> return_reason_tokens();

// What a client asks for, validated.
struct NewReturn {
    std::string client_id; // may be empty
    SettlementId settlement;
    ReturnReason reason = ReturnReason::other;
};

} // namespace settled::domain
