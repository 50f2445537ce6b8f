// An answer as bytes: status line, header and body in one string for one write.
#pragma once

#include "net/http.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::net {

struct ResponseFrame {
    std::string_view date; // IMF-fixdate (RFC 9110 section 5.6.7)
    std::string_view request_id;
    bool close = false;
    bool head_only = false; // HEAD: the length is stated, the body is not sent
    bool chunked = false;   // a body in parts goes in chunks; else it ends with the connection
};

// Appends to `out`. The response must be is_sendable().
void append_response(std::string& out, const Response& response, const ResponseFrame& frame);

// A part of a chunked body.
void append_chunk(std::string& out, std::string_view part);

// False if a field would break the framing (CR, LF or NUL in a value, a name that is no token) or
// the status is none that a handler may give: such an answer is a defect and is not sent.
bool is_sendable(const Response& response);

// "Sun, 22 Nov 2026 05:40:00 GMT" for seconds since 1970.
std::string http_date(std::int64_t seconds);

// True if `name` is a token and `value` holds no control character but HTAB (RFC 9110 section 5).
bool is_field(std::string_view name, std::string_view value);

} // namespace settled::net
