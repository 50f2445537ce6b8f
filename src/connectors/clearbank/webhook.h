// ClearBank's webhooks, read: {"Type","Version","Payload","Nonce"} into our facts.
//
// Reading is tolerant where the bank is free to change (unknown types, unknown members, spelling of
// account identifiers, check digits) and strict where money depends on it (amounts are digits,
// never doubles). Called only with a body whose signature has been verified. Source: ClearBank
// developer portal, "Webhooks" and the page of each type.
#pragma once

#include "base/error.h"
#include "domain/facts.h"

#include <string>
#include <string_view>

namespace settled::connectors::clearbank {

// Fails with webhook_unreadable when the envelope cannot be read (no JSON object, no Type, no
// integer Nonce): such a body is not acknowledged. A payload that cannot be read is an
// UnreadableFact: it is acknowledged, kept and put to review.
Result<domain::InboundWebhook> read_webhook(std::string_view body);

// The body of the answer: {"Nonce":2886556407}. Its bytes are what we sign.
std::string answer_body(std::int64_t nonce);

} // namespace settled::connectors::clearbank
