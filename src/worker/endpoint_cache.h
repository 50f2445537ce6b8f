// The active endpoints in memory, their secrets opened. The store is the truth; the book is read
// from it at start and after each change. Thread-safe.
#pragma once

#include "base/id.h"
#include "base/secret.h"
#include "domain/channel.h"
#include "net/client/client.h"
#include "store/queries/endpoints.h"

#include <map>
#include <memory>
#include <shared_mutex>
#include <vector>

namespace settled::worker {

enum class Authentication : std::uint8_t { signature, basic };

struct Endpoint {
    TenantId tenant;
    EndpointId id;
    domain::Channel channel = domain::Channel::http;
    net::Url url;      // http
    std::string topic; // kafka
    Authentication authentication = Authentication::signature;
    Secret secret; // the signing key's bytes, or the whole value of the Authorization header
};

class EndpointCache {
  public:
    explicit EndpointCache(Secret master) : master_(std::move(master)) {}

    // nullptr when there is no active endpoint of that id.
    std::shared_ptr<const Endpoint> find(EndpointId id) const;
    std::vector<EndpointId> all() const;
    // Replaces the whole book. An endpoint that cannot be opened is left out and logged; what it is
    // owed waits.
    void load(const std::vector<store::EndpointRow>& rows);

  private:
    Secret master_;
    mutable std::shared_mutex mutex_;
    std::map<EndpointId, std::shared_ptr<const Endpoint>> endpoints_;
};

} // namespace settled::worker
