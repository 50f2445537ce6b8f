// What every handler may use. One for all threads; immutable except the key ring's cache.
#pragma once

#include "api/key_ring.h"
#include "api/key_state.h"
#include "api/machine.h"
#include "api/reach.h"
#include "api/refused_webhooks.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/task.h"
#include "crypto/hash.h"
#include "custody/key_desk.h"
#include "custody/key_facts.h"
#include "domain/attention.h"
#include "store/store.h"
#include "units/context.h"
#include "units/webhooks/accept_webhook.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace settled::api {

// As ApiDeps has it.
using ReaderOf = std::function<Result<units::BodyReader>(TenantId tenant, ConnectorId connector)>;

using SigningKeyOf =
    std::function<std::optional<custody::KeyFacts>(TenantId tenant, ConnectorId connector)>;

using RefusedOf = std::function<RefusedWebhooks(ConnectorId connector)>;

struct Core {
    store::Store& store;
    const units::Context& context;
    const Clock& clock;
    Rng& rng;
    Reach reach;
    std::function<Task<>()> connectors_changed;
    std::function<Task<>(TenantId tenant, EndpointId endpoint)> endpoint_changed;
    std::function<Task<>()> rules_changed;
    std::function<Task<>()> profiles_changed;
    Secret master;             // keys for what must be read back are derived from it
    crypto::Hmac fingerprints; // of requests with an Idempotency-Key
    KeyRing& keys;
    custody::KeyDesk& key_desk;
    ReaderOf reader_of;
    std::string tenant_secrets; // the directory of the tenants' directories of secrets
    SigningKeyOf signing_key_of;
    std::function<std::string(TenantId tenant, ConnectorId connector)> signing_key_warning;
    std::function<std::vector<KeyState>(TenantId tenant)> key_states_of;
    domain::Attention attention;
    RefusedOf refused_of;
    std::function<Machine()> look_at_machine;
};

} // namespace settled::api
