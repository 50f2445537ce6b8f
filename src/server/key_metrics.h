// Figures about keys for /metrics: whether each can be used, when it ends, and what places of keys are
// asked for.
#pragma once

#include "base/clock.h"
#include "intake/connector_cache.h"
#include "observe/metrics.h"
#include "server/tls_keeper.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::server {

// Of connectors' keys, of the server's certificate where it has one, and of the API key that ends first, where
// one does soon. In Prometheus' text form.
std::string exposed_keys(const std::vector<intake::KeyStanding>& keys,
                         const std::optional<TlsKeeper::State>& tls,
                         const std::optional<Instant>& api_key_end, Instant now);

// From now on signatures and reads of secrets are counted there, until the other is called.
void count_key_operations(observe::Metrics& metrics);
void stop_counting_key_operations();

} // namespace settled::server
