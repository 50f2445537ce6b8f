// From a URL to a connected, verified stream: resolve, vet every address, connect to one of the
// vetted, look at who answered, TLS. Internal to net/.
#pragma once

#include "base/error.h"
#include "base/task.h"
#include "net/client/client.h"
#include "net/client/egress.h"
#include "net/client/resolver.h"
#include "net/deadline.h"
#include "net/stream.h"
#include "net/tls.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>

namespace settled::net {

// What the calls of one client share. `closed` once the client is closed or gone.
struct DialContext {
    boost::asio::io_context& io;
    EgressPolicy egress;
    Resolve resolve; // instead of `names`, for tests
    std::shared_ptr<Resolver> names;
    TlsContext tls;
    std::shared_ptr<Deadlines> deadlines;
    std::chrono::milliseconds connect_wait_max; // to one address
};

// Of a client's options. Fails with io_failed when a certificate file cannot be read.
Result<std::shared_ptr<DialContext>> make_dial_context(boost::asio::io_context& io,
                                                       Client::Options options,
                                                       std::shared_ptr<Deadlines> deadlines);

// Fails with address_forbidden, resolve_failed, connect_failed. One forbidden address among several
// refuses the name: a mixed answer is how a filter is played.
// `owner` is whose look-up it is.
Task<Result<Socket>> dial(std::shared_ptr<DialContext> context, Url url, std::int64_t owner,
                          TimePoint deadline);

} // namespace settled::net
