// Fetches what a platform's notification points to: below the connector's prefix, with a token of
// the connector where it has a token endpoint.
//
// The token goes to no other place than below the prefix. A 401 drops it, and the request is made
// once more with a fresh one within the same try. Threads: as TokenKeeper.
#pragma once

#include "intake/connector_cache.h"
#include "net/client/client.h"
#include "units/calls/run_call.h"
#include "worker/token_keeper.h"

#include <chrono>
#include <string>

namespace settled::worker {

class ContentFetcher {
  public:
    ContentFetcher(boost::asio::io_context& io, const Clock& clock, net::Client& client)
        : client_(client), tokens_(io, clock, client) {}

    struct Fetched {
        Result<net::Reply> reply;
        std::string not_sent = {}; // why no byte of it was sent; empty: it was sent, or failed
    };
    Task<Fetched> fetch(std::shared_ptr<const intake::Connector> connector, units::CallToSend call,
                        std::chrono::milliseconds deadline);

    // Fails with value_invalid: the call's URL is not below the connector's prefix any more.
    static Result<net::OutboundRequest> request_for(const intake::CallAccess& access,
                                                    const units::CallToSend& call);

  private:
    net::Client& client_;
    TokenKeeper tokens_;
};

} // namespace settled::worker
