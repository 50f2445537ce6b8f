// An endpoint's secrets as they are stored: sealed together under a key of the installation, bound
// to the endpoint's id.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/rng.h"
#include "base/secret.h"
#include "crypto/hash.h"

#include <vector>

namespace settled::units {

struct EndpointSecrets {
    Secret signing;              // "whsec_…"; empty: none
    Secret key_pair;             // "whsk_…"; empty: none
    Secret credential;           // a password, a token, or what an OAuth2 client has
    std::vector<Secret> headers; // the values of auth's headers, in their order
    Secret client_key;           // PEM

    // What was in force before a rotation, and signs in addition to the new until then; newest first.
    struct Previous {
        Secret signing;
        Secret key_pair;
        Instant until;
    };
    std::vector<Previous> previous;

    EndpointSecrets copy() const;
};

// A rotation keeps so many at most; the oldest go.
inline constexpr std::size_t previous_secrets_max = 4;
// The secret and the key pair become previous ones until `until`; those whose time is over go.
void retire_secrets(EndpointSecrets& secrets, Instant until, Instant now);

Bytes seal_endpoint_secrets(const Secret& master, EndpointId endpoint,
                            const EndpointSecrets& secrets, Rng& rng);
// `is_basic`: what an older version sealed is a password, else a signing secret. Fails with
// crypto_failed when it was sealed for another endpoint or under another master key.
Result<EndpointSecrets> open_endpoint_secrets(const Secret& master, EndpointId endpoint,
                                              BytesView sealed, bool is_basic);

} // namespace settled::units
