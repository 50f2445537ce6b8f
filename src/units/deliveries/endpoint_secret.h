// An endpoint's secret as it is stored: sealed under a key of the installation, bound to the
// endpoint's id. The plain form is the signing secret ("whsec_…") or the password of basic
// authentication.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "base/rng.h"
#include "base/secret.h"
#include "crypto/hash.h"

namespace settled::units {

Bytes seal_endpoint_secret(const Secret& master, EndpointId endpoint, const Secret& plain,
                           Rng& rng);
// Fails with crypto_failed when it was sealed for another endpoint or under another master key.
Result<Secret> open_endpoint_secret(const Secret& master, EndpointId endpoint, BytesView sealed);

} // namespace settled::units
