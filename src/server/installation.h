// The composition root: everything of an installation but its sockets and threads. The server puts
// threads around it; the command line uses one to answer a single call when no server runs.
#pragma once

#include "api/api.h"
#include "base/rising_clock.h"
#include "base/rng.h"
#include "custody/key_desk.h"
#include "intake/connector_cache.h"
#include "intake/hooks.h"
#include "node/node_lease.h"
#include "observe/metrics.h"
#include "server/config.h"
#include "server/open_store.h"
#include "server/own_keys.h"
#include "store/store.h"
#include "units/calls/derived_ids.h"
#include "units/context.h"
#include "units/learning/profile_cache.h"
#include "units/learning/rule_cache.h"
#include "worker/claims.h"
#include "worker/endpoint_cache.h"
#include "worker/endpoint_loader.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace settled::server {

// Whether the store was put back to an older state by other means than `settled restore`.
enum class AfterRestore : std::uint8_t { no, yes };

class Installation {
  public:
    // Opens the store, the master key and the books, and takes a place among the nodes in those
    // roles.
    static Result<std::unique_ptr<Installation>> open(const Config& config, node::Roles roles,
                                                      IfMissing if_missing);
    ~Installation();
    // Gives the place among the nodes back and closes the store. Nothing is under way any more.
    void close();

    // Reads the books again from the store.
    Task<> reload_connectors();
    // A secret in use has changed in its place, or is to be read again.
    Task<bool> is_secret_due();
    Task<> reload_endpoints();
    // After a change of this one only.
    Task<> reload_endpoint(TenantId tenant, EndpointId id);
    Task<> reload_rules();
    Task<> reload_profiles();
    // Before anything is taken: marks the store, if it was put back to an older state, and begins the
    // catch-ups that are owed.
    Result<> begin(AfterRestore mark);
    // What else wants to know that endpoints changed, one or any of them; set once, before the first
    // request.
    void on_endpoints_changed(std::function<void(std::optional<EndpointId> only)> listener) {
        endpoints_listener_ = std::move(listener);
    }

    SystemClock machine;
    RisingClock clock{machine}; // the time inside
    SystemRng rng;
    observe::Metrics metrics;
    custody::KeyDesk key_desk;
    std::unique_ptr<observe::Traces> traces; // none: they are off

    // Calls that move money are held for a tenant, as this node has last seen it.
    bool calls_held() const { return calls_held_; }
    // It was made just now.
    bool is_new() const { return is_new_; }
    store::Store& store() { return *store_; }
    const units::Context& context() const { return *context_; }
    node::Roles roles() const { return roles_; }
    const node::Membership& membership() const { return membership_; }
    node::NodeLease& node_lease() { return *node_lease_; }
    worker::Claims& claims() { return claims_; }
    intake::ConnectorCache& connectors() { return connectors_; }
    worker::EndpointCache& endpoints() { return *endpoints_; }
    units::ProfileCache& profiles() { return *profiles_; }
    intake::Hooks& hooks() { return *hooks_; }
    api::Api& api() { return *api_; }
    const Config& config() const { return config_; }
    const OwnKeys& own_keys() const { return own_keys_; }

  private:
    Installation(Config config, node::Roles roles) : config_(std::move(config)), roles_(roles) {}
    Result<> open_parts(IfMissing if_missing);
    Result<> take_place();
    Result<> open_derived_ids();
    Result<units::BodyReader> reader_of(TenantId tenant, ConnectorId id) const;
    std::vector<api::KeyState> key_states_of(TenantId tenant) const;
    void show_gauges();

    Config config_;
    OwnKeys own_keys_{config_};
    Secret master_;
    bool is_new_ = false;
    std::unique_ptr<store::Store> store_;
    node::Roles roles_;
    node::Membership membership_{clock};
    worker::Claims claims_{membership_};
    node::Probe node_probe_{metrics};
    std::unique_ptr<IdMint> ids_;
    std::unique_ptr<node::NodeLease> node_lease_;
    std::unique_ptr<units::TenantKeys> keys_;
    units::RuleCache rule_cache_;
    std::unique_ptr<units::ProfileCache> profiles_;
    std::unique_ptr<units::DerivedIds> derived_ids_;
    std::shared_ptr<const domain::ModulusTable> modulus_;
    std::unique_ptr<units::Context> context_;
    intake::ConnectorCache connectors_;
    std::unique_ptr<worker::EndpointCache> endpoints_;
    std::unique_ptr<worker::EndpointLoader> endpoint_loader_;
    std::unique_ptr<intake::Hooks> hooks_;
    std::unique_ptr<api::Api> api_;
    std::function<void(std::optional<EndpointId>)> endpoints_listener_;
    std::atomic<bool> calls_held_{false};
};

} // namespace settled::server
