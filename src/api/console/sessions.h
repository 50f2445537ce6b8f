// Sessions of browsers: how a cookie becomes a caller.
//
// A session is a row, known by the HMAC of its cookie under a key of this installation, so it is the
// same on every node and after a restart. It ends after session_idle_max without a call, after
// session_life_max in all, and with what it was opened by: an API key, whose scopes it has as they are
// at the time of the call, an operator, or a partner's link. Wrong, ended and unknown cookies get the same answer. Whatever is no
// GET or HEAD needs the session's token in X-CSRF-Token, which is derived from the cookie.
//
// Thread-safe; keeps nothing in memory.
#pragma once

#include "api/call.h"
#include "api/console/portal.h"
#include "base/clock.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "store/store.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::api {

inline constexpr std::string_view session_cookie = "__Host-settled";
inline constexpr std::string_view csrf_header = "X-CSRF-Token";

struct LiveSession {
    SessionId id;
    Caller caller;
    Instant expires_at;
    std::string csrf_token;
    std::optional<PortalRights> portal = std::nullopt; // a partner's: it sees one endpoint alone
};

// The session cookie of a request; nullopt: it has none. Fails with request_malformed: there are
// several, or an API key is there as well.
Result<std::optional<std::string>> session_cookie_of(const net::Request& request);

class Sessions {
  public:
    Sessions(store::Store& store, const Clock& clock, const Secret& master);

    // Fails with credentials_invalid, csrf_missing, or the store's errors.
    Task<Result<LiveSession>> find(const net::Request& request, std::string cookie);

    // The same for a stream that goes on, which does not keep its session alive.
    Task<Result<LiveSession>> look_again(const net::Request& request, std::string cookie);

    crypto::Digest hash_of(std::string_view token) const { return hash_.of(token); }
    std::string csrf_of(std::string_view cookie) const;

  private:
    struct Seen {
        LiveSession session;
        Instant seen_at;
    };
    Task<Result<Seen>> look_up(const net::Request& request, std::string cookie);

    store::Store& store_;
    const Clock& clock_;
    crypto::Hmac hash_;
    crypto::Hmac csrf_;
};

} // namespace settled::api
