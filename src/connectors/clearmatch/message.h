// A platform's notification, read: a thin message that names a business object and the URL of what
// is to be known about it. Called only with a body whose sender has been proved.
//
// `id` is the id of the business object (an application), which changes its state many times: what
// makes two messages the same is id, notificationType, eventTime and the digest of all values
// (docs/notifications-in.md). Source: Clearmatch, "Clearmatch integration - notification".
#pragma once

#include "base/error.h"
#include "domain/facts.h"
#include "wire/json_fault.h"
#include "wire/time_zone.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace settled::connectors::clearmatch {

// A message has six short members; a whole one of them is repeated in the event.
inline constexpr std::size_t message_bytes_max = std::size_t{64} * 1024;

struct MessageRules {
    bool lenient_json = false;                   // commas are mended (wire/json_fault.h)
    std::string partner_code = {};               // another one is refused; empty: any is taken
    wire::TimeZone zone = wire::TimeZone::utc(); // of times that name none
};

// The fact is a NotificationFact. Fails with:
//   json_invalid, json_duplicate_member, json_too_deep   the detail names line and column, and the
//                                                        error has them
//   json_too_large                                       over message_bytes_max
//   member_missing, value_invalid                        each with its pointer
//   partner_code_unknown
Result<domain::InboundWebhook> read_message(const MessageRules& rules, std::string_view body);

// What a body that is no message is kept as, once, for a person to look at.
domain::InboundWebhook unreadable_message(std::string_view body, std::string_view why);
// Whether it is kept: one that is too large or another partner's is not.
bool is_kept(const Error& error);

} // namespace settled::connectors::clearmatch
