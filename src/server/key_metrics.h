// Figures about keys for /metrics: whether each can be used, when it ends, for how long one could not be read
// again, and what places of keys are asked for.
#pragma once

#include "base/clock.h"
#include "intake/connector_cache.h"
#include "observe/metrics.h"
#include "server/tls_keeper.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::server {

struct KeyEnd {
    std::string use; // of no connector: api_key, client_certificate, kafka
    Instant at;
};

// In Prometheus' text form. `tls`: of the server's certificate, where it has one; `ends`: what else ends.
std::string exposed_keys(const std::vector<intake::KeyStanding>& keys,
                         const std::optional<TlsKeeper::State>& tls,
                         const std::vector<KeyEnd>& ends, const Clock& clock);

// From now on signatures and reads of secrets are counted there, until the other is called.
void count_key_operations(observe::Metrics& metrics);
void stop_counting_key_operations();

} // namespace settled::server
