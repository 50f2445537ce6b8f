// A reply that goes on for as long as its connection lasts, handed over part by part: server-sent
// events. What is called, vetted and verified is as in client.h; the connection is used once.
//
// Each part has a deadline of its own, the request's: a peer that sends nothing for so long counts
// as gone. Threads: one io_context.
#pragma once

#include "net/client/client.h"

#include <memory>
#include <optional>
#include <string>

namespace settled::net {

class ReplyStream {
  public:
    // Returns once the head of the reply has come. Fails as Client::send().
    static Task<Result<std::unique_ptr<ReplyStream>>>
    open(boost::asio::io_context& io, Client::Options options, OutboundRequest request);
    // The same over a Unix socket; the request's URL says only what is asked for.
    static Task<Result<std::unique_ptr<ReplyStream>>>
    open_socket(boost::asio::io_context& io, std::string socket_path, OutboundRequest request);
    virtual ~ReplyStream() = default;

    virtual int status() const = 0;
    // The next part of the body, not empty; nullopt at its end. Fails with peer_timeout,
    // peer_closed, reply_malformed.
    virtual Task<Result<std::optional<std::string>>> next() = 0;
    // next() fails from now on, also one that waits.
    virtual void cut() = 0;
};

} // namespace settled::net
