// One attempt over HTTP: the request a partner sees, and what became of it.
#pragma once

#include "net/client/client.h"
#include "worker/carrier.h"

namespace settled::worker {

// Headers by Standard Webhooks 1.0.0: webhook-id is the event's id, stable over all attempts;
// webhook-timestamp is this attempt's; the signature is made fresh.
net::Fields delivery_fields(const Endpoint& endpoint, const Delivery& delivery, Instant now);
net::OutboundRequest delivery_request(const Endpoint& endpoint, const Delivery& delivery,
                                      Instant now);

// One for each io thread, as its client.
class HttpCarrier final : public Carrier {
  public:
    HttpCarrier(net::Client& client, const Clock& clock) : client_(client), clock_(clock) {}
    Task<Attempted> attempt(const Endpoint& endpoint, const Delivery& delivery) override;

  private:
    net::Client& client_;
    const Clock& clock_;
};

} // namespace settled::worker
