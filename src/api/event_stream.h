// Server-sent events (text/event-stream): what comes about while a client reads. A comment every 15 s keeps the connection
// open. A client that does not read is cut by the server, as with every answer; nothing is kept for it meanwhile.
#pragma once

#include "api/core.h"
#include "net/http.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace settled::api {

// One entry of a stream. `data` has no line ends, as JSON has none.
std::string stream_entry(std::string_view id, std::string_view type, std::string_view data);

// The entries that have come about since the last call; empty: none. An error ends the stream.
using StreamParts = std::function<Task<Result<std::string>>()>;

// Asks for parts ten times a second, until the client is gone.
std::shared_ptr<net::BodySource> stream_of(const Core& core, StreamParts next);

// The same of an object with such a next(), which lives as long as the stream.
template <class Parts>
std::shared_ptr<net::BodySource> stream_of(const Core& core, std::shared_ptr<Parts> parts) {
    return stream_of(core, StreamParts([parts] { return parts->next(); }));
}

} // namespace settled::api
