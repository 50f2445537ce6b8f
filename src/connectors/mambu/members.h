// Members of Mambu's replies, read. Internal to this folder.
#pragma once

#include "base/error.h"
#include "connectors/mambu/settings.h"
#include "wire/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::connectors::mambu {

// JSON null counts as absent.
std::optional<wire::Json> member_of(wire::Json object, std::string_view name);
// One line; "" when it is absent or no text.
std::string text_of(wire::Json object, std::string_view name);
// The same for what is looked up by: "" also for what is longer than any id.
std::string id_of(wire::Json object, std::string_view name);
// Of a custom field in a standard set ("_set":{"field":"value"}); of a field that is not used "".
std::string field_of(wire::Json object, const FieldPath& path);
// The digits of a number, as they were sent.
std::string digits_of(wire::Json object, std::string_view name);

// Fails with reply_unreadable.
Result<wire::JsonDocument> object_in(std::string_view body);
Result<wire::JsonDocument> list_in(std::string_view body);
std::unexpected<Error> unreadable(std::string_view member);

// At most `characters_max` characters of UTF-8, control characters as spaces.
std::string cut_text(std::string_view text, std::size_t characters_max);
inline constexpr std::size_t note_characters_max = 255;

} // namespace settled::connectors::mambu
