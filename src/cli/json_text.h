// JSON as texts, for commands that show what the API says.
#pragma once

#include "wire/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::cli {

// The value at "proof.linked.count"; nullopt when it is absent.
std::optional<wire::Json> value_at(const wire::Json& value, std::string_view path);
// The same as its text: a string's, a number's digits, "true"; "" when it is absent or null.
std::string text_at(const wire::Json& value, std::string_view path);
// The texts of a list, separated by `between`.
std::string list_at(const wire::Json& value, std::string_view path, std::string_view between);

// The same JSON with two-space indentation.
std::string indented(std::string_view json);

} // namespace settled::cli
