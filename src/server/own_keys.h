// The keys and secrets that the settings name, for lists, alarms and figures: where each is, and what its certificate
// says.
//
// The server's certificate is read at each call, since the server takes another one while it runs; Kafka's as it was at
// the start, since the client library reads it once.
#pragma once

#include "api/machine.h"
#include "server/config.h"

#include <optional>
#include <vector>

namespace settled::server {

class OwnKeys {
  public:
    // `config` outlives it. Reads Kafka's certificate.
    explicit OwnKeys(const Config& config);

    // Reads the server's certificate from its file. Any thread.
    std::vector<api::OwnKey> all() const;
    // With the certificate by which Kafka knows us; nullopt: there is none.
    const std::optional<api::OwnKey>& kafka() const { return kafka_; }

  private:
    const Config& config_;
    std::optional<api::OwnKey> kafka_;
};

} // namespace settled::server
