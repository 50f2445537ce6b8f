// AWS Signature Version 4: how a call proves who makes it. Source: "Create a signed AWS API request"
// in the IAM User Guide, and its published test suite (sigv4_test.cpp).
//
// Pure.
#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "custody/aws/http.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::custody::aws {

struct Credentials {
    std::string key_id;
    Secret secret_key;
    Secret session_token; // empty: they are lasting ones
    std::optional<Instant> expires_at = std::nullopt;
};

struct Scope {
    std::string region;
    std::string service; // "secretsmanager"
};

struct Unsigned {
    std::string method;
    std::string path = "/"; // encoded as the service wants it: once for S3, twice for all others
    HttpFields query = {};  // not encoded
    HttpFields fields = {}; // all are signed; the host is one of them
    std::string body_hash;  // hex of SHA-256
};

// Everything but letters, digits and "-._~" as %XX.
std::string uri_encoded(std::string_view text, bool keeps_slashes = false);
// Encoded, in the order that is signed; the same text is sent.
std::string canonical_query(const HttpFields& query);
std::string canonical_request(const Unsigned& request);
// "20150830T123600Z"
std::string amz_date(Instant at);
// The value of the header Authorization. `at` is what the request's X-Amz-Date says.
std::string authorization(const Unsigned& request, const Credentials& credentials,
                          const Scope& scope, Instant at);

} // namespace settled::custody::aws
