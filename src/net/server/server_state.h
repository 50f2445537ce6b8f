// What the connections of one server share. Internal to net/.
#pragma once

#include "net/deadline.h"
#include "net/server/connection_limits.h"
#include "net/server/memory_budget.h"
#include "net/server/server.h"
#include "net/tls.h"

#include <boost/asio/io_context.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace settled::net {

class Connection;

// Who is at the other end of a connection.
struct Peer {
    boost::asio::ip::address address; // of TCP
    std::string name;                 // the address as text; "unix" on the control socket
    std::string counted_as;           // empty on the control socket: it has no share of its own
    bool is_proxy = false;            // one of trusted_proxies
    bool is_operator = false;         // came over the control socket
};

// Invariants: a connection is in `connections` from its start to the end of its coroutine;
// `handler` is null once the Server object is gone, and no connection calls upward any more.
struct ServerState {
    ServerState(boost::asio::io_context& io_context, ServerOptions server_options,
                Handler& server_handler, const Clock& server_clock, Rng& server_rng)
        : io(io_context), options(std::move(server_options)), handler(&server_handler),
          clock(server_clock), rng(server_rng), deadlines(std::make_shared<Deadlines>(io_context)) {
    }

    boost::asio::io_context& io;
    ServerOptions options;
    Handler* handler;
    const Clock& clock;
    Rng& rng;
    std::shared_ptr<Deadlines> deadlines;
    std::unordered_set<Connection*> connections;
    bool draining = false;

    std::string_view date();        // of now; formatted once a second
    std::string mint_request_id();  // 32 hexadecimal digits
    std::string mint_traceparent(); // sampled, version 00

  private:
    std::string random_hex(std::size_t bytes);

    std::string date_;
    std::int64_t date_second_ = -1;
    // Drawn in bulk: a system call for each id would cost more than parsing the request.
    std::array<std::uint8_t, 1024> random_{};
    std::size_t random_used_ = 1024;
};

} // namespace settled::net
