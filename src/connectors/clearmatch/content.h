// What comes back when the content of a notification is fetched.
#pragma once

#include "domain/call.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::connectors::clearmatch {

// Reading stops there. The content becomes a part of an event, which is sent to every endpoint that
// asks for it.
inline constexpr std::size_t content_bytes_max = std::size_t{1024} * 1024;

enum class FetchStep : std::uint8_t {
    fetched,
    again,    // trouble: it is fetched again, as long as tries are left
    given_up, // at once
};

struct FetchVerdict {
    FetchStep step = FetchStep::again;
    // Not fetched: why, as clients are shown it ("content_status_404", "peer_timeout"). Of trouble it
    // is the failure if no try is left.
    std::string failure;
    std::optional<std::chrono::seconds> wait; // not before, of a 429 or 503
};
// `reply` nullopt: none was read, because of `error`, the token of its code.
FetchVerdict read_content(const std::optional<domain::CallReply>& reply, std::string_view error);

} // namespace settled::connectors::clearmatch
