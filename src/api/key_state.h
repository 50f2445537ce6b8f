// How it stands with a key or secret of a connector on this node.
#pragma once

#include "base/id.h"

#include <chrono>
#include <optional>
#include <string>

namespace settled::api {

struct KeyState {
    ConnectorId connector;
    std::string use; // connectors/key_uses.h
    std::string uri;
    bool is_available = false; // it can be used now, if only as it was read earlier
    // For how long it has been used as it was read earlier, since it cannot be read again; nullopt: it is not.
    std::optional<std::chrono::seconds> stale_for = std::nullopt;
};

} // namespace settled::api
