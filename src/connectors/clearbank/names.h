// The bank's names of webhook types and of payload members, as they come and as we compare them.
#pragma once

#include "wire/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::connectors::clearbank {

// One spelling of a type for all that the bank uses for it: without the version suffix that some
// pages and subscriptions carry ("BacsMandateInitiatedV2"), with "Assesment" and "OutboundHeld…"
// as the webhook pages have them. Source: ClearBank webhook pages and its look-up table, which
// disagree.
std::string base_type(std::string_view type);

// A member by its exact name, else by name without regard to case: the pages and their examples
// differ ("IBAN", "Iban"). JSON null counts as absent.
std::optional<wire::Json> member_of(wire::Json object, std::string_view name);

// The text of a member; nullopt when it is absent, no string or empty.
std::optional<std::string_view> text_of(wire::Json object, std::string_view name);

// The same, "" instead of nullopt.
std::string text_or_empty(wire::Json object, std::string_view name);

// The same for what is looked up by: "" also for a text that is longer than any documented id, since
// it could not be indexed.
std::string id_or_empty(wire::Json object, std::string_view name);

} // namespace settled::connectors::clearbank
