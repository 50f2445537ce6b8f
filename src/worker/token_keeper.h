// OAuth2 access tokens, each kept for what it is for: an endpoint (worker/deliver), or a connector
// (worker/content_fetcher).
//
// A token is asked for once and used until nine tenths of its life are over; one request for it is
// under way at a time, and all who want it wait for that one, bounds::token_wait_max at most. What
// fails is not kept. Tokens are in memory alone and nowhere in the log. The token endpoint is called
// through the same client as everything else, so that the egress filter binds it, too.
//
// Threads: one TokenKeeper runs on one io_context and is used from there only.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "connectors/oauth2.h"
#include "net/client/client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <memory>

namespace settled::worker {

using TokenPtr = std::shared_ptr<const Secret>;
using TokenSourcePtr = std::shared_ptr<const connectors::TokenSource>;

class TokenKeeper {
  public:
    TokenKeeper(boost::asio::io_context& io, const Clock& clock, net::Client& client)
        : io_(io), clock_(clock), client_(client) {}

    // `owner`: the id of the endpoint or connector; `tenant` as in OutboundRequest. A source with
    // other settings than the one before has a token of its own. Fails with token_failed; the detail
    // says what happened at the token endpoint.
    Task<Result<TokenPtr>> token(std::int64_t owner, std::int64_t tenant, TokenSourcePtr source);
    // The other side did not take it. A newer one stays.
    void drop(std::int64_t owner, const TokenPtr& token);

  private:
    struct Kept {
        explicit Kept(boost::asio::io_context& io)
            : ended(io, boost::asio::steady_timer::time_point::max()) {}
        TokenSourcePtr source;
        TokenPtr token; // nullptr: none
        Clock::Steady use_until{};
        bool is_asked_for = false;
        std::uint64_t asked = 0;               // how often a request has ended
        Error trouble{Code::token_failed, ""}; // of the last request, when it brought no token
        boost::asio::steady_timer ended;       // cancelled when the request under way has ended
    };
    using KeptPtr = std::shared_ptr<Kept>;

    Task<> ask(KeptPtr kept, std::int64_t tenant);
    Task<Result<connectors::AccessToken>> request(TokenSourcePtr source, std::int64_t tenant);

    boost::asio::io_context& io_;
    const Clock& clock_;
    net::Client& client_;
    std::map<std::int64_t, KeptPtr> kept_;
};

} // namespace settled::worker
