// OAuth2 client credentials (RFC 6749 section 4.4): the request for a token and what its reply says.
// Pure: who sends it, and who keeps the token, is worker/token_keeper.h.
#pragma once

#include "base/error.h"
#include "base/secret.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace settled::connectors {

// How the client proves itself to the token endpoint (RFC 6749 section 2.3.1).
enum class ClientAuth : std::uint8_t { basic, body };

struct TokenSource {
    std::string token_url;
    std::string client_id;
    Secret client_secret;
    std::string scope; // empty: none is asked for
    ClientAuth client_auth = ClientAuth::basic;

    friend bool same(const TokenSource& a, const TokenSource& b);
};

// What is posted to the token endpoint, as application/x-www-form-urlencoded.
struct TokenRequest {
    std::string authorization; // the header's value; empty: there is none
    std::string body;
};
TokenRequest token_request(const TokenSource& source);

struct AccessToken {
    Secret value;
    // For how long it is used: what the reply says less a tenth, so that no token is sent in its last
    // moments, however short it lives; five minutes where the reply says nothing.
    std::chrono::milliseconds use_for{0};
};
// Fails with token_failed; the detail never holds a part of the reply's token.
Result<AccessToken> read_token(int http_status, std::string_view body);

} // namespace settled::connectors
