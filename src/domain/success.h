// Whether an answer of 2xx counts as taken, by the endpoint's own rule. Pure.
#pragma once

#include "domain/endpoint_settings.h"

#include <string_view>

namespace settled::domain {

// The status and the body, of which the first part is enough (limits::reply_body_bytes_max). The
// signed nonce is another matter: it needs a key.
bool meets(const SuccessRule& rule, int status, std::string_view body);

// The answer of a partner that proves that it read the request: {"Nonce":123}.
bool echoes(std::string_view body, std::string_view nonce);

} // namespace settled::domain
