// Access tokens of endpoints that take OAuth2 client credentials (RFC 6749 section 4.4).
//
// A token is kept until a tenth of its time is left, however short that is; five minutes where the
// answer states no time. Of those who need one at a time, one asks and all wait for the answer, so
// that a crowd of deliveries is one request. What fails is not kept.
//
// Threads: one io_context, that of the dispatcher which the endpoints belong to.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "net/client/client.h"
#include "worker/endpoint_cache.h"

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>

namespace settled::worker {

class TokenCache {
  public:
    // The whole value of the Authorization field.
    using Token = std::shared_ptr<const Secret>;

    TokenCache(net::Client& client, const Clock& clock) : client_(client), clock_(clock) {}

    // Within bounds::token_wait_max. Fails with token_failed.
    Task<Result<Token>> token(const Endpoint& endpoint, const domain::AuthSettings& auth);
    // The partner refused it: the next caller gets a new one.
    void drop(EndpointId endpoint, const Token& token);

  private:
    struct Entry {
        std::string of; // what it was asked with: a changed endpoint gets a new one
        Token token;
        Clock::Steady until{};
        std::shared_ptr<boost::asio::steady_timer> asking; // ends when the answer is there
        Result<Token> last = fail(Code::token_failed);
    };
    Task<Result<Token>> ask(const Endpoint& endpoint, const domain::AuthSettings& auth,
                            std::chrono::seconds& lasts);

    net::Client& client_;
    const Clock& clock_;
    std::map<EndpointId, Entry> entries_;
};

// What is asked, and what the answer says: pure.
net::OutboundRequest token_request(const Endpoint& endpoint, const domain::AuthSettings& auth);
struct GrantedToken {
    Secret authorization;
    std::chrono::seconds lasts{0};
};
Result<GrantedToken> read_token(const net::Reply& reply);

} // namespace settled::worker
