// Keys, tokens and certificates that end soon or have ended, for the status.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace settled::api {

struct Expiring {
    std::string
        kind; // api_key, client_certificate; tls, kafka; of a connector as GET /v1/signing-keys has it
    std::string id;   // key_…, end_…, con_…, tls/FINGERPRINT, kafka/FINGERPRINT
    std::string name; // of the API key or connector; an endpoint's URL; empty: the installation's
    Instant expires_at;
};

// Soonest first. API keys that have ended are left out: their clients know.
store::Step<std::vector<Expiring>> read_expiring(store::Session& s, TenantId tenant, Instant now,
                                                 std::chrono::days within);

// When the tenant's first API key ends, if that is within this time; ended ones do not count.
store::Step<std::optional<Instant>> read_api_key_end(store::Session& s, TenantId tenant,
                                                     Instant now, std::chrono::days within);

// When the first client certificate of the tenant's endpoints ends, or has ended.
store::Step<std::optional<Instant>> read_client_certificate_end(store::Session& s, TenantId tenant);

// The check of `settled doctor` that has it.
std::string_view check_of(const Expiring& one);

} // namespace settled::api
