// The REST API: /v1/* and /openapi.yaml.
//
// A request goes through these steps, and the first that fails answers (problem.h):
//   1 its path has a route (404), and its method (405)
//   2 it brings an API key or a session's cookie (401), or came over the control socket (the operator)
//   3 the key has the route's scope (403)
//   4 its query parameters are the route's (400)
//   5 its handler: content type (415), body (400), members (422), state (404, 409, 422)
// Whatever belongs to another tenant does not exist (404).
//
// Threads: one Api serves all io threads. Handlers run on the thread of their request.
#pragma once

#include "api/key_state.h"
#include "api/machine.h"
#include "api/reach.h"
#include "api/refused_webhooks.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/task.h"
#include "custody/key_desk.h"
#include "custody/key_facts.h"
#include "domain/attention.h"
#include "net/http.h"
#include "observe/metrics.h"
#include "observe/traces.h"
#include "store/queries/directory.h"
#include "store/store.h"
#include "units/context.h"
#include "units/webhooks/accept_webhook.h"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace settled::api {

// References outlive the Api. `rng` is used from io threads and the store's.
struct ApiDeps {
    store::Store& store;
    const units::Context& context;
    const Clock& clock;
    Rng& rng;
    const Secret& master;
    observe::Metrics& metrics;
    custody::KeyDesk& key_desk;
    // How webhooks of a connector of that tenant are read now. Fails with key_unavailable, and with
    // not_found when there is no such connector any more.
    std::function<Result<units::BodyReader>(TenantId tenant, ConnectorId connector)> reader_of;
    std::string tenant_secrets; // directory; a tenant's secrets are in the one of its name in it
    // Awaited after a commit that changed them: app/ loads its books again before the call is
    // answered.
    std::function<Task<>()> connectors_changed;
    std::function<Task<>(TenantId tenant, EndpointId endpoint)> endpoint_changed;
    std::function<Task<>()> rules_changed;
    Reach reach = {}; // of endpoints
    std::function<Task<>()> profiles_changed = [] -> Task<> { co_return; };
    // The key that signs for that connector, as it is open here; nullopt: it is not.
    std::function<std::optional<custody::KeyFacts>(TenantId tenant, ConnectorId connector)>
        signing_key_of = [](TenantId, ConnectorId) { return std::nullopt; };
    // What the device of that key says now; asks it, and waits (crypto::Signer::warning).
    std::function<std::string(TenantId tenant, ConnectorId connector)> signing_key_warning =
        [](TenantId, ConnectorId) { return std::string(); };
    // Of the keys and secrets of the tenant's connectors that are known to this node; public keys are not among them.
    std::function<std::vector<KeyState>(TenantId tenant)> key_states_of = [](TenantId) {
        return std::vector<KeyState>();
    };
    // What of that connector's webhooks this node refused.
    std::function<RefusedWebhooks(ConnectorId connector)> refused_of = [](ConnectorId) {
        return RefusedWebhooks();
    };
    domain::Attention attention = {}; // from when on GET /v1/status wants a person's
    // Reads its disk.
    std::function<Machine()> look_at_machine = [] { return Machine(); };
    bool speaks_https = false; // this server itself: no request comes over a plain connection
    observe::Traces* traces = nullptr; // none: they are off
};

class Api {
  public:
    explicit Api(ApiDeps deps);
    ~Api();

    Task<net::Response> handle(net::Request request);
    std::size_t body_bytes_max(std::string_view method, std::string_view path) const;
    // How long a file the route takes as its body; 0: none.
    std::size_t file_bytes_max(std::string_view method, std::string_view path) const;
    // Whether the caller may send a file now, judged as far as steps 1 to 3; the place is kept until the
    // file's request is answered. Fails with server_busy as well.
    Task<Result<std::shared_ptr<void>>> admit_file(const net::Request& head);
    // When API keys were used since the last time, to be stored (key_uses.h).
    std::vector<store::ApiKeyUse> take_key_uses();
    // The answer to a request that was refused before it came here.
    net::Response refuse(const Error& error, std::string_view request_id) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace settled::api
