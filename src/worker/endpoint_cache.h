// The active endpoints in memory, their secrets opened. The store is the truth; the book is read
// from it at start, and what changed after each change (endpoint_loader.h). Thread-safe.
#pragma once

#include "base/id.h"
#include "base/secret.h"
#include "connectors/oauth2.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/rsa.h"
#include "domain/channel.h"
#include "domain/endpoint_settings.h"
#include "net/client/client.h"
#include "store/queries/endpoint_states.h"
#include "store/queries/endpoints.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <vector>

namespace settled::worker {

// A key that signs until its time is over; `until` 0: it has no end.
struct SigningKey {
    Secret secret; // the bytes of a v1 secret; empty: there is none
    std::shared_ptr<const crypto::Ed25519Key> key_pair;
    Instant until;

    bool is_live(Instant now) const { return until.us == 0 || now < until; }
};

struct Endpoint {
    TenantId tenant;
    EndpointId id;
    domain::Channel channel = domain::Channel::http;
    net::Url url; // http
    std::string written_url;
    std::string topic; // kafka
    domain::EndpointSettings settings;
    store::EndpointState state;           // as of when it was loaded
    std::vector<SigningKey> signing_keys; // the present one first
    Secret authorization;                 // the whole value of the field, of basic and bearer
    std::vector<Secret> headers;          // the values of auth's headers
    std::shared_ptr<const connectors::TokenSource> token_source; // oauth2; else null
    std::shared_ptr<const net::ClientTls> tls;                   // none: as all calls
    std::shared_ptr<const crypto::Verifier> nonce_key;           // none: no nonce is asked for

    // False: the partner must be asked first, and has not granted it.
    bool has_consent() const {
        return !settings.needs_handshake() || (state.handshake.url == written_url &&
                                               state.handshake.state == store::handshake_granted);
    }
    // In 1,000 s, as it is set and as the partner granted it; 0: no limit.
    std::int64_t rate_per_1000s() const;
};

class EndpointCache {
  public:
    explicit EndpointCache(Secret master) : master_(std::move(master)) {}

    // A reading of the store: made before it begins, and kept until what was read is loaded. What a
    // reading that began later has loaded, an earlier one leaves as it is.
    class Reading {
      public:
        explicit Reading(EndpointCache& cache) : cache_(cache), edition_(cache.begin_reading()) {}
        ~Reading() { cache_.end_reading(); }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

      private:
        friend class EndpointCache;
        EndpointCache& cache_;
        std::uint64_t edition_;
    };

    // nullptr when there is no active endpoint of that id.
    std::shared_ptr<const Endpoint> find(EndpointId id) const;
    std::vector<EndpointId> all() const;
    // Replaces the whole book. An endpoint that cannot be opened is left out and logged; what it is
    // owed waits. One whose row and state are as before stays as it is in memory.
    void load(const Reading& reading, const std::vector<store::EndpointRow>& rows,
              const std::vector<store::EndpointState>& states = {});
    // Replaces one endpoint, and takes it out when it is not active, or when there is no `row`.
    void load_one(const Reading& reading, EndpointId id,
                  const std::optional<store::EndpointRow>& row, const store::EndpointState& state);

  private:
    struct Entry {
        crypto::Digest digest; // of the row: the row itself would take as much memory again
        std::shared_ptr<const Endpoint> endpoint;
        std::uint64_t edition; // of the reading that it is from
    };
    using Entries = std::map<EndpointId, Entry>;
    std::uint64_t begin_reading();
    void end_reading();
    // Its `endpoint` is nullptr when it cannot be opened.
    Entry open(const Reading& reading, const store::EndpointRow& row,
               const store::EndpointState& state) const;
    void keep_what_is_later(Entries& fresh, std::uint64_t edition);
    std::uint64_t edition_of(EndpointId id) const;

    Secret master_;
    mutable std::shared_mutex mutex_;
    Entries endpoints_;
    std::map<EndpointId, std::uint64_t> gone_; // taken out while earlier readings may be under way
    std::uint64_t edition_ = 0;
    std::uint64_t whole_edition_ = 0; // of the reading that replaced the whole book last
    std::size_t readings_ = 0;        // under way
};

} // namespace settled::worker
