// Speaks HTTP to a running server's control socket. Blocking: for the command line.
#pragma once

#include "app/api_call.h"

namespace settled::app {

// connect_failed when nobody listens; reply_malformed, peer_closed.
Result<net::Response> call_over_control_socket(const std::string& path, const ApiCall& call);

} // namespace settled::app
