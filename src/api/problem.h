// Errors as callers see them: application/problem+json (RFC 9457).
//
//   {"type":"urn:settled:problem:amount_invalid","title":"The amount is not acceptable",
//    "status":422,"detail":"amount.value: give digits …","code":"amount_invalid",
//    "request_id":"…",
//    "errors":[{"pointer":"/amount/value","code":"amount_invalid","detail":"give digits …"}, …]}
//
// `errors`: all that is wrong with the body, where there is one to point into; `code` and `detail`
// are those of the first. `code` is stable; `detail` is for people. What went wrong inside (status
// 500) is said to the log and not to the caller.
#pragma once

#include "api/bounds.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/http.h"

#include <string_view>

namespace settled::api {

inline constexpr std::string_view problem_content_type = "application/problem+json";

// `retry_after`: seconds, said with 429 and 503.
net::Response problem(const Error& error, std::string_view request_id,
                      int retry_after = bounds::retry_after_seconds);

// Of what was purged: 410, with `purged_at`.
net::Response purged_problem(Instant purged_at, std::string_view request_id);

} // namespace settled::api
