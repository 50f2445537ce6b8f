// A partner's session: it sees one endpoint, its deliveries with their attempts, and the events that
// were delivered there. Everything else does not exist for it (404), whatever its scopes are.
#pragma once

#include "api/console/tries.h"
#include "api/core.h"
#include "api/routes.h"
#include "crypto/hash.h"

#include <string>
#include <string_view>

namespace settled::api {

inline constexpr std::string_view portal_read = "read";
inline constexpr std::string_view portal_redeliver = "redeliver";
inline constexpr std::string_view portal_ping = "ping";

struct PortalRights {
    EndpointId endpoint;
    bool can_redeliver = false;
    bool can_ping = false;

    // "read redeliver"
    std::string text() const;
    static PortalRights parse(EndpointId endpoint, std::string_view text);
    // The scopes that their routes ask for, space-separated.
    std::string scopes() const;
};

// Hashes the tokens of sessions and of the links that open them.
crypto::Hmac session_hash(const Secret& master);

// The answer to a call of such a session. `redeliveries` counts those of all links.
Task<Result<Answer>> answer_in_portal(const Core& core, const Route& route, const Call& call,
                                      PortalRights rights, Tries& redeliveries);

} // namespace settled::api
