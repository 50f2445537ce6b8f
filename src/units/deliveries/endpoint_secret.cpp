#include "units/deliveries/endpoint_secret.h"

namespace settled::units {

namespace {

constexpr std::string_view key_label = "seal";

} // namespace

Bytes seal_endpoint_secret(const Secret& master, EndpointId endpoint, const Secret& plain,
                           Rng& rng) {
    const Secret key = crypto::derive_key(master, key_label);
    return crypto::seal(key, plain.reveal(), to_string(endpoint), rng);
}

Result<Secret> open_endpoint_secret(const Secret& master, EndpointId endpoint, BytesView sealed) {
    const Secret key = crypto::derive_key(master, key_label);
    return crypto::open_sealed(key, sealed, to_string(endpoint));
}

} // namespace settled::units
