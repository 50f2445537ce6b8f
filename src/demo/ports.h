// Free ports for servers that are stopped and started again.
#pragma once

#include "base/error.h"
#include "base/rng.h"

#include <cstdint>

namespace settled::demo {

// A free TCP port of loopback, below the range that the kernel takes for outgoing connections:
// while its server is down nothing else gets it, and a client that keeps knocking cannot be given
// the same port and so connect to itself. Fails with io_failed.
Result<std::uint16_t> free_port(Rng& rng);
// Whether a server may listen there on 127.0.0.1 now.
bool is_free_port(std::uint16_t port);

} // namespace settled::demo
