// One attempt over HTTP: the request a partner sees, and what became of it.
#pragma once

#include "base/rng.h"
#include "net/client/client.h"
#include "worker/carrier.h"
#include "worker/proof.h"
#include "worker/token_keeper.h"

#include <string>
#include <utility>

namespace settled::worker {

// Headers by Standard Webhooks 1.0.0: webhook-id is the event's id (or the batch's), stable over all
// attempts; webhook-timestamp is this attempt's; proofs are made fresh. Fails with crypto_failed.
Result<net::Fields> delivery_fields(const Endpoint& endpoint, const Delivery& delivery, Instant now,
                                    const Secret& access_token);

// What the answer to a request for consent says (CloudEvents' HTTP webhook 1.0, section 4.2): its
// status means nothing.
Carrier::Consented consent_of(const net::Reply& reply, std::string_view origin);

// One for each io thread, as its client.
class HttpCarrier final : public Carrier {
  public:
    // `origin`: the host name under which partners know this server; "" when it has none.
    HttpCarrier(boost::asio::io_context& io, net::Client& client, const Clock& clock, Rng& rng,
                std::string origin)
        : client_(client), clock_(clock), rng_(rng), origin_(std::move(origin)),
          tokens_(io, clock, client) {}
    Task<Attempted> attempt(const Endpoint& endpoint, const Delivery& delivery) override;
    Task<Consented> ask_consent(const Endpoint& endpoint) override;

  private:
    struct Answered {
        domain::AttemptResult result;
        std::string answer;
    };
    Task<Answered> send(const Endpoint& endpoint, const Delivery& delivery, Clock::Steady begin,
                        const Secret& access_token);
    Task<Answered> send_with_token(const Endpoint& endpoint, const Delivery& delivery,
                                   Clock::Steady begin);

    net::Client& client_;
    const Clock& clock_;
    Rng& rng_;
    std::string origin_;
    TokenKeeper tokens_;
};

} // namespace settled::worker
