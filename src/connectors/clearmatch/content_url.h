// Which URLs of a platform's messages are called: those below a prefix that the operator configured.
// A message is untrusted; the token that is sent with the call goes nowhere else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace settled::connectors::clearmatch {

// The URL as it is called, its dot segments removed ("%2e", too); nullopt: it is not below the
// prefix. Below means: the same scheme, host and port, no user info, and a path that begins with the
// prefix's at the border of a segment. Whatever two readers could understand differently (a
// backslash, an encoded slash, a segment "..;", a control, a character beyond ASCII) is outside.
std::optional<std::string> url_below(std::string_view prefix, std::string_view url);

// Whether content can be asked for below it: http or https, a host, a path, and nothing after it.
bool is_prefix(std::string_view url);

} // namespace settled::connectors::clearmatch
