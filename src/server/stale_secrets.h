// Keys and secrets that are in use as they were read earlier, since they cannot be read again: what /readyz and
// /metrics show of them.
#pragma once

#include "base/clock.h"
#include "intake/connector_cache.h"
#include "server/tls_keeper.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace settled::server {

struct StaleSecret {
    std::string connector; // empty: the server's certificate and key
    std::string use;
    std::chrono::seconds age{0}; // for how long it could not be read
};

// The oldest first. `tls`: nullopt: HTTP.
std::vector<StaleSecret> stale_secrets(const std::vector<intake::KeyStanding>& keys,
                                       const std::optional<TlsKeeper::State>& tls,
                                       Clock::Steady now);

} // namespace settled::server
