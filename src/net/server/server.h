// The HTTP/1.1 server: sockets, TLS, request policy, limits and deadlines. It knows no route.
//
// Threads: one `Server` runs on one io_context and its handlers run there too. For several threads
// make one Server a thread, all listening on the same port (SO_REUSEPORT): connections never change
// threads, so their state needs no locks. A port on which another process listens is refused: two
// servers that share one would each get some of the requests.
//
// Policy (tests/http holds the corpus; source: RFC 9112 and the list in
// docs/decisions/0003-http.md): a request whose framing is doubtful is answered with its error code
// and the connection is closed. Header fields are copied out before the body is read; trailers are
// dropped.
//
// Limits: connections and the memory of requests and answers are counted for the process, not for a
// Server: what is set in ServerOptions is shared by all Servers that are made with it.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/rng.h"
#include "base/task.h"
#include "net/address_block.h"
#include "net/bounds.h"
#include "net/http.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace settled::net {

class ConnectionLimits;
class MemoryBudget;
class ServerTls;

// What the server asks of the program above it. Outlives the server.
class Handler {
  public:
    virtual ~Handler() = default;
    // Called when the header is read and before the body is: how many body bytes this route takes.
    virtual std::size_t body_bytes_max(std::string_view method, std::string_view path) const = 0;
    // How long a file this route takes as its body; 0, for almost all: it takes none, and body_bytes_max
    // counts. Memory for files is bounded by how many are admitted, not by the budget of other requests.
    virtual std::size_t file_bytes_max(std::string_view, std::string_view) const {
        return 0;
    } // method, path
    // Asked with the head of a request that brings a file, before the body is read: whether the caller may
    // send it now. The connection keeps the place that is returned until the request is answered.
    using FilePlace = std::shared_ptr<void>;
    virtual Task<Result<FilePlace>> admit_file(const Request& head);
    // A health check: answered even when there are too many connections.
    virtual bool is_vital(std::string_view, std::string_view) const {
        return false;
    } // method, path
    // One answer for each request; what it throws becomes `internal`.
    virtual Task<Response> handle(Request request) = 0;
    // The answer for a request that was refused before `handle` (problem+json by default in api/).
    virtual Response refuse(const Error& error, std::string_view request_id) const = 0;
    // Called after each answer, for logs and metrics. `request` has lost its body.
    virtual void answered(const Request& request, const Response& response,
                          std::chrono::microseconds took) = 0;
};

struct TlsFiles {
    std::string certificate_chain; // PEM file
    std::string private_key;       // PEM file
};
// Read once. Fails with io_failed, naming the file.
Result<std::shared_ptr<ServerTls>> open_server_tls(const TlsFiles& files);

struct ServerOptions {
    std::string address = "127.0.0.1"; // or "unix:/path" for the control socket (mode 0600)
    std::uint16_t port = 0;            // 0: any free port, see Server::port()
    // Several Servers of one process on one port. The first makes sure that no other process
    // listens there and lets the others in; they join it.
    enum class Port : std::uint8_t { alone, first_of_several, joined } port_use = Port::alone;
    std::shared_ptr<ServerTls> tls;                                  // none: HTTP (tls.h)
    std::chrono::milliseconds header_wait = limits::header_wait_max; // tests make them short
    std::chrono::milliseconds body_wait = limits::body_wait_max;
    std::chrono::milliseconds idle_wait = limits::idle_wait_max;
    std::chrono::milliseconds room_wait = bounds::room_wait_max;
    std::chrono::milliseconds answer_wait = limits::reply_wait_max;
    // None: the server has limits of its own, of the numbers below.
    std::shared_ptr<ConnectionLimits> connections;
    std::size_t connections_max = limits::connections_max;
    std::size_t connections_per_peer_max = limits::connections_per_peer_max;
    std::shared_ptr<MemoryBudget> memory; // none: a budget of its own, of the default size
    // Peers that speak for others: their requests count for the client that they name.
    std::vector<AddressBlock> trusted_proxies;
    // Every connection over TCP begins with a header that names the client (proxy_header.h), and comes
    // from one of these; any other is closed.
    bool proxy_protocol = false;
};

class Server {
  public:
    // Binds and listens; fails with address_in_use (another process listens there), io_failed (no
    // such address), saying which.
    static Result<std::unique_ptr<Server>> listen(boost::asio::io_context& io,
                                                  ServerOptions options, Handler& handler,
                                                  const Clock& clock, Rng& rng);
    virtual ~Server() = default;

    virtual std::uint16_t port() const = 0;
    // Accepts connections until drain(). Spawn it once on the io_context.
    virtual void start() = 0;
    // Stops accepting, closes idle connections, lets running requests finish (their answers say
    // `Connection: close`). Returns when the last connection is gone or `within` has passed,
    // whichever comes first; then the rest are cut. Runs on the server's io_context.
    virtual Task<> drain(std::chrono::milliseconds within) = 0;
    virtual std::size_t connections() const = 0;
};

} // namespace settled::net
