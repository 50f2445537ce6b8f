// Members of JSON by a dotted path: "data.settlement.transaction_id".
#pragma once

#include "wire/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::demo {

// nullopt when a step of the path is absent. The empty path is the value itself.
std::optional<wire::Json> value_at(wire::Json value, std::string_view path);
// A string's text; other kinds as they were sent; "" when absent.
std::string text_at(wire::Json value, std::string_view path);
std::int64_t number_at(wire::Json value, std::string_view path); // 0 when it is none

} // namespace settled::demo
