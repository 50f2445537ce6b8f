// Browsers that are signed in, and the links that they sign in with. Tokens are known by their
// hashes; the tokens themselves are not kept.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::store {

inline constexpr std::string_view session_of_key = "key";       // owner: the API key
inline constexpr std::string_view session_of_link = "link";     // of `settled console`; no owner
inline constexpr std::string_view session_of_portal = "portal"; // owner: the portal link
inline constexpr std::string_view session_of_operator = "operator"; // owner: the operator

struct SessionRow {
    TenantId tenant;
    SessionId id;
    Bytes hash;
    std::string kind;
    std::int64_t owner = 0;
    std::string actor;
    Instant created_at;
    Instant seen_at;
};
Step<> insert_session(Session& s, const SessionRow& session);
Step<std::optional<SessionRow>> find_session_by_hash(Session& s, BytesView hash);
Step<> touch_session(Session& s, TenantId tenant, SessionId id, Instant at);
// False: there is none.
Step<bool> end_session(Session& s, TenantId tenant, SessionId id);
// Those that were opened before this.
Step<> drop_old_sessions(Session& s, TenantId tenant, Instant before);

// What an API key may do that is not revoked and has not expired by then; nullopt: there is none.
Step<std::optional<std::string>> scopes_of_live_key(Session& s, TenantId tenant, ApiKeyId id,
                                                    Instant now);

struct SignInLinkRow {
    TenantId tenant;
    std::int64_t id = 0;
    Bytes hash;
    std::string actor;
    Instant expires_at;
};
Step<> insert_sign_in_link(Session& s, const SignInLinkRow& link);
Step<std::optional<SignInLinkRow>> find_sign_in_link(Session& s, BytesView hash);
// False: another call has used it.
Step<bool> use_sign_in_link(Session& s, TenantId tenant, std::int64_t id);
Step<> drop_old_sign_in_links(Session& s, TenantId tenant, Instant before);

} // namespace settled::store
