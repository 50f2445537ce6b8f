// Is a notification from who it says it is? The partner's side of the two ways that there are.
#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "net/http.h"

#include <string>

namespace settled::sandbox {

// Standard Webhooks 1.0.0: webhook-id, webhook-timestamp within 5 minutes, webhook-signature.
bool signature_holds(const net::Request& request, const Secret& key, Instant now);

// RFC 7617.
bool basic_holds(const net::Request& request, const std::string& user, const Secret& password);

} // namespace settled::sandbox
