// The types of events, each with a sentence and a JSON Schema: made of the contract by
// tools/make_event_types.py, served at GET /v1/event-types.
#pragma once

#include <string_view>

namespace settled::domain {

// The whole, {"data":[{"type","description","schema"},…]}.
std::string_view event_catalogue();
// The sentence on a type; "" for a type that is none.
std::string_view event_description(std::string_view type);

} // namespace settled::domain
