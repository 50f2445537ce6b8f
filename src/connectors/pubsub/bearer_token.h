// The token by which Google Pub/Sub proves a push request: "Authorization: Bearer <JWT>", signed
// with RS256 by Google for the subscription's service account (RFC 7515, RFC 7519; Google Cloud,
// "Authentication for push subscriptions"). The same token may come with many requests for up to an
// hour, so it is no nonce: what makes a message count once is its id.
#pragma once

#include "base/clock.h"
#include "connectors/inputs.h"

#include <string>
#include <string_view>

namespace settled::connectors::pubsub {

struct TokenRules {
    std::string audience;
    std::string account; // email
};

// The id of the key that the token says it is signed with, of which nothing is proved; "": it
// cannot be read.
std::string key_id_of_bearer_token(std::string_view authorization);

// Checks in this order: token_missing, token_malformed (also: not RS256), token_key_unknown,
// token_invalid, then what the signed claims say: token_issuer_wrong, token_audience_wrong,
// token_account_wrong, token_expired. `authorization` is the value of the header.
Result<> check_bearer_token(std::string_view authorization, const FindKey& find_key,
                            const TokenRules& rules, Instant now);

} // namespace settled::connectors::pubsub
