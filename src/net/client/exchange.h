// One request and its reply on a connected stream. Internal to net/.
#pragma once

#include "base/error.h"
#include "base/task.h"
#include "net/client/client.h"
#include "net/client/pool.h"

#include <string_view>

namespace settled::net {

struct ExchangeLimits {
    std::size_t reply_bytes_max = 0;
    bool head_request = false; // the reply to HEAD has no body, whatever its length says
};

struct Exchange {
    Result<Reply> reply;
    bool sent_any = false;    // at least one byte of the request was taken by the kernel
    bool reply_begun = false; // at least one byte of the reply came
    bool reusable = false;    // the connection can carry another request
};

// `bytes` outlives the call. The deadline is the connection's.
Task<Exchange> exchange(ClientConnection& connection, std::string_view bytes,
                        ExchangeLimits bounds);

// More bytes into the connection's buffer; false at the end of the stream.
Task<Result<bool>> fill(ClientConnection& connection);
// The length of the head of the reply, once all of it is in the buffer.
Task<Result<std::size_t>> read_head(ClientConnection& connection);

} // namespace settled::net
