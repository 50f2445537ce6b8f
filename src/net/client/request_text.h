// The bytes of a request of the client. Internal to net/.
#pragma once

#include "net/client/client.h"

#include <string>

namespace settled::net {

// Head and body. Fails with url_invalid (method or target) and value_invalid (a field that cannot
// be sent, or that the client sets itself).
Result<std::string> request_text(const OutboundRequest& request);

} // namespace settled::net
