// The running server: io threads around an installation.
//
// Threads: one for each core (or as configured), each with its own io_context, listener on the
// shared port, HTTP client and dispatcher; the first also runs timers, retention, signals and the
// control socket. They run at nice +10, so that the store's thread, which everyone waits for, is
// never kept off a core.
#pragma once

#include "server/installation.h"

#include <functional>

namespace settled::server {

struct Listening {
    std::string address;
    std::uint16_t port = 0;
};

// Serves until SIGTERM or SIGINT, then finishes what runs and returns. `ready` is called once, when
// connections are accepted.
Result<> serve(const Config& config, AfterRestore mark,
               const std::function<void(const Listening&)>& ready);

// DATA/control.sock: the same API, as the operator, for every process that may open the file.
std::string control_socket_path(const Config& config);

} // namespace settled::server
