// The model platform's API: tokens by OAuth2 client credentials, and the objects that its
// notifications point to, for who has one.
//
// Source: Clearmatch, "Clearmatch integration - API": REST, bearer tokens of the Single-Sign-On
// service; RFC 6749 section 4.4. Threads: used on its io_context only.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "sandbox/bank/api/api_faults.h"
#include "sandbox/bank/api/pauses.h"
#include "sandbox/base/handler.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

namespace settled::sandbox {

inline constexpr std::string_view platform_client_id = "settled";
inline constexpr std::string_view platform_content_path = "/v1/UnsecuredLoans/application/";

// One request to it, as it was answered.
struct ContentRequest {
    std::int64_t number = 0;
    std::string method;
    std::string target;
    bool has_token = false; // a bearer token was sent, good or not
    int status = 0;
};

class PlatformContent final : public SandboxHandler {
  public:
    PlatformContent(Secret client_secret, std::shared_ptr<Pauses> pauses, const Clock& clock,
                    Rng& rng)
        : client_secret_(std::move(client_secret)), pauses_(std::move(pauses)), clock_(clock),
          rng_(rng) {}

    Task<net::Response> handle(net::Request request) override;

    // `json`: what is shown of the object; empty: it is gone.
    void put(const std::string& id, std::string json);
    void set_token_life(std::chrono::milliseconds life) { token_life_ = life; }
    // No token that was given out holds any more.
    void revoke_tokens() { tokens_.clear(); }
    ApiFaults& faults() { return faults_; }
    void end_faults();

    const std::deque<ContentRequest>& requests() const { return requests_; }
    std::int64_t tokens_given() const { return tokens_given_; }

  private:
    net::Response answer(const net::Request& request);
    net::Response give_token(const net::Request& request);
    net::Response show(const net::Request& request);
    bool knows_client(const net::Request& request) const;
    bool knows_token(const net::Request& request) const;

    Secret client_secret_;
    std::shared_ptr<Pauses> pauses_;
    const Clock& clock_;
    Rng& rng_;
    std::chrono::milliseconds token_life_{std::chrono::hours(1)};
    std::map<std::string, Clock::Steady> tokens_; // until when
    std::map<std::string, std::string> objects_;
    ApiFaults faults_;
    std::deque<ContentRequest> requests_;
    std::int64_t numbers_ = 0;
    std::int64_t tokens_given_ = 0;
};

} // namespace settled::sandbox
