// How an endpoint knows that it is us, as clients write it: auth, client_certificate, trusted_ca,
// success. Strict; errors as in reader.h.
#pragma once

#include "base/secret.h"
#include "domain/endpoint_settings.h"
#include "payloads/reader.h"

#include <optional>
#include <vector>

namespace settled::api {

// What is secret of an auth.
struct GivenAuth {
    std::vector<domain::AuthSettings> auth;
    Secret credential; // a password, a token, or what an OAuth2 client has
    std::vector<Secret> headers;
};
// nullopt: none is given.
std::optional<GivenAuth> read_auth(payloads::Reader& in, bool https_only);

struct GivenCertificate {
    std::string certificate; // "": it is taken away
    Secret key;
};
std::optional<GivenCertificate> read_certificate(payloads::Reader& in, const wire::Json& root);
// The text; "": it is taken away.
std::optional<std::string> read_trusted_ca(payloads::Reader& in, const wire::Json& root);
std::optional<domain::SuccessRule> read_success(payloads::Reader& in, const wire::Json& root);

} // namespace settled::api
