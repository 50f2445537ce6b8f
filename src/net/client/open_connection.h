// A new connection of the client, connected and, for https, verified. Internal to net/.
#pragma once

#include "net/client/client.h"
#include "net/client/dialer.h"
#include "net/client/pool.h"

#include <memory>
#include <string>

namespace settled::net {

// Fails as Client::send() does before a byte of the request is sent. `key`: see Pool.
Task<Result<std::unique_ptr<ClientConnection>>>
open_connection(std::shared_ptr<DialContext> context, std::shared_ptr<Pool> pool,
                const OutboundRequest& request, std::string key, TimePoint deadline);

} // namespace settled::net
