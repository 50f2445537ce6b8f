// What a well-formed request must also be before a handler acts on it. Pure functions; the reasons
// are given in one fixed order: method, target, repeated fields, Host, Transfer-Encoding,
// Content-Length, Content-Encoding, Expect.
//
// Source: RFC 9112 sections 3 and 6, RFC 9110 section 5.3; what Beast 1.81 accepts and should not.
#pragma once

#include "base/error.h"
#include "net/http.h"

#include <string>
#include <string_view>

namespace settled::net {

struct Target {
    std::string path;  // decoded
    std::string query; // as sent
};

// Path and query of a request target in origin form, or in absolute form when its authority is
// `host`. Refused: asterisk and authority form, characters outside RFC 3986, `%` without two
// digits, encoded NUL and other control characters, dot segments also when encoded. Fails with
// request_malformed, target_too_long or host_invalid.
Result<Target> read_target(std::string_view target, std::string_view host);

// `version` is 10 or 11.
Result<> check_method(std::string_view method);
Result<> check_fields(const Fields& fields, int version);

// True if the request asks for `100 Continue` before it sends its body.
bool expects_continue(const Fields& fields, int version);

// The caller's X-Request-Id if there is one of 1 to 83 characters of [A-Za-z0-9._-] (83 is the
// bank's limit), else empty.
std::string_view request_id_of(const Fields& fields);
// The caller's traceparent if it is valid by W3C Trace Context, level 1, else empty.
std::string_view traceparent_of(const Fields& fields);

} // namespace settled::net
