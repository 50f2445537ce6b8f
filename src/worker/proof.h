// How the partner knows that a request is ours, and that its body is whole: the fields that an
// endpoint's auth adds to an attempt. Signatures are made fresh for each.
#pragma once

#include "net/http.h"
#include "worker/endpoint_cache.h"

#include <string_view>

namespace settled::worker {

struct Message {
    std::string_view id;           // webhook-id
    std::string_view content_type; // of the body
    std::string_view body;
    Instant now; // by the machine's clock
};

// webhook-id, webhook-timestamp, then what auth asks for. `access_token`: of oauth2, else empty.
// Fails with crypto_failed.
Result<> add_proofs(net::Fields& fields, const Endpoint& endpoint, const Message& message,
                    const Secret& access_token);

} // namespace settled::worker
