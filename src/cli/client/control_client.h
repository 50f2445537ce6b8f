// Speaks HTTP to a running server's control socket. Blocking: for the command line.
#pragma once

#include "base/limits.h"
#include "cli/client/api_call.h"

#include <chrono>

namespace settled::cli {

// A call as a whole. The server gives each handler reply_wait_max, and says answer_late then; the
// rest is for a body and for a machine that is busy.
inline constexpr std::chrono::milliseconds control_wait_max = 3 * limits::reply_wait_max;

// The answer, only when it is whole. Fails with connect_failed when no server listens; peer_timeout
// and peer_closed (the answer was cut), when the request may have been carried out nevertheless;
// reply_malformed, reply_too_large.
Result<net::Response>
call_over_control_socket(const std::string& path, const ApiCall& call,
                         std::chrono::milliseconds deadline = control_wait_max);

} // namespace settled::cli
