// What AWS answers when it does not give what was asked for, and values in its XML. Pure.
#pragma once

#include "base/error.h"
#include "custody/aws/http.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::custody::aws {

// Of a reply that is no 200: "AccessDeniedException". Letters, digits, dots and dashes alone, so that it
// can be shown; empty: the reply names none.
std::string error_name(const HttpReply& reply);

// What an error asks of the caller.
enum class Trouble : std::uint8_t {
    passing,     // the service is overloaded or failed: again, a little later
    skewed,      // our clock
    expired,     // the credentials: again with fresh ones
    unknown_key, // the same, where AWS does not know them
    denied,
    not_found,
    other,
};
Trouble trouble_of(const HttpReply& reply);

// The text of the first element of that name, its entities resolved; nullopt: there is none, or it holds
// other elements.
std::optional<std::string> xml_text(std::string_view xml, std::string_view name);

// Of an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT"); nullopt: it is none.
std::optional<std::int64_t> seconds_of_http_date(std::string_view text);

} // namespace settled::custody::aws
