// Signing in and out: POST /v1/sessions, GET and DELETE /v1/sessions/current, and POST
// /sign-in-links, which only the operator of the machine reaches.
//
// These calls have no route in the table: they are made without an API key, and what they answer is
// never kept under an Idempotency-Key.
#pragma once

#include "api/console/sessions.h"
#include "api/console/tries.h"
#include "api/core.h"

#include <string_view>

namespace settled::api {

inline constexpr std::string_view sessions_path = "/v1/sessions";
inline constexpr std::string_view current_session_path = "/v1/sessions/current";
// One of the two.
bool is_sessions_path(std::string_view path);
// {"user":"jo"} → {"token","expires_at"}; over the control socket alone, ?tenant= as everywhere.
inline constexpr std::string_view sign_in_links_path = "/sign-in-links";

struct Opening; // what a sign-in is made of

struct ReplacedSession {
    TenantId tenant;
    SessionId id;
};

class SignIn {
  public:
    // `is_secure`: this server speaks HTTPS, so that no request comes over a plain connection.
    SignIn(const Core& core, Sessions& sessions, bool is_secure)
        : core_(core), sessions_(sessions), is_secure_(is_secure) {}

    // What an address of these takes, such as "GET, DELETE"; "": it is none of them.
    static std::string_view methods_of(const net::Request& request);
    // Fails with sign_in_refused (wrong, used and expired credentials alike; a plain connection),
    // session_exists, too_many_requests, and as other calls do.
    Task<Result<net::Response>> handle(const net::Request& request);

  private:
    struct Credentials;
    Task<Result<net::Response>> open(const net::Request& request);
    Task<Result<net::Response>> current(const net::Request& request, bool ends);
    Task<Result<net::Response>> make_link(const net::Request& request);
    Task<Result<>> check_password(std::string_view peer, const Credentials& given,
                                  Opening& opening);
    Task<Result<>> check_other(const net::Request& request, bool replace,
                               std::optional<ReplacedSession>& replaced);
    Result<> check_connection(const net::Request& request) const;

    const Core& core_;
    Sessions& sessions_;
    bool is_secure_;
    Tries tries_;
    Tries tries_of_names_;
    PasswordShares shares_;
    custody::KeyDesk passwords_; // a thread on which they are checked, one after the other
};

} // namespace settled::api
