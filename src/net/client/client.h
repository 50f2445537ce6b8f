// The HTTP/1.1 client for calls to partners, banks and core banking systems.
//
// It resolves the name itself, vets every address (egress.h), connects to a vetted one with SNI and
// Host by name, verifies the certificate, follows no redirect, reads no proxy from the environment,
// bounds the reply, and gives the whole call one deadline. Connections are kept alive and pooled by
// scheme, host and port. A pooled connection that turns out closed before the first reply byte is
// replaced once and the request sent again only if it carries `safe_to_repeat`.
//
// Threads: one Client runs on one io_context and is used from there only.
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "base/task.h"
#include "net/bounds.h"
#include "net/client/client_tls.h"
#include "net/client/egress.h"
#include "net/http.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace settled::net {

struct Url {
    bool tls = true;
    std::string host; // lower case; an IP literal without brackets
    std::uint16_t port = 443;
    std::string target = "/";      // path and query
    std::string authority() const; // as the Host header wants it

    // http and https only; no userinfo, no fragment. Fails with url_invalid.
    static Result<Url> parse(std::string_view text);
};

struct OutboundRequest {
    std::string method = "POST";
    Url url;
    Fields fields; // in addition to Host, Content-Length, User-Agent and Connection
    std::string body;
    std::chrono::milliseconds deadline = limits::delivery_wait_max; // the whole call
    std::size_t reply_bytes_max = limits::reply_body_bytes_max;     // the rest is not read
    bool safe_to_repeat = false;
    std::shared_ptr<const ClientTls> tls; // its own certificate and roots; none: as all calls
    std::int64_t owner = 0; // on whose account its look-up of the name counts: a tenant
};

struct Reply {
    int status = 0;
    Fields fields;
    std::string body;      // at most reply_bytes_max
    bool body_cut = false; // there was more; the connection was closed
};

// The addresses of a host name; fails with resolve_failed. Tests and simulations bring their own.
using Resolve =
    std::function<Task<Result<std::vector<boost::asio::ip::address>>>(std::string host)>;

class Client {
  public:
    struct Options {
        EgressPolicy egress;
        std::string
            // PEM file in addition to the system's roots; for tests and pins
            extra_trusted_certificates;
        // Idle connections kept for one scheme, host and port.
        std::size_t connections_per_host_max = limits::pooled_connections_per_host_max;
        std::size_t connections_idle_max = bounds::idle_connections_max; // of all hosts
        // Asked for names; none: those of /etc/resolv.conf. /etc/hosts goes first.
        std::vector<boost::asio::ip::udp::endpoint> name_servers;
        Resolve resolve;                                                       // instead of both
        std::chrono::milliseconds connect_wait_max = limits::connect_wait_max; // to one address
    };
    // Fails with io_failed when a certificate file cannot be read.
    static Result<std::unique_ptr<Client>> make(boost::asio::io_context& io, Options options);
    virtual ~Client() = default;

    // Errors: address_forbidden, resolve_failed, connect_failed, tls_failed, peer_timeout,
    // peer_closed, reply_malformed. Whatever the status, an answer that was read is a Reply.
    // `peer_closed` and `peer_timeout` may mean that the peer has acted: the outcome is unknown.
    virtual Task<Result<Reply>> send(OutboundRequest request) = 0;
    // Closes idle connections; running calls end with peer_closed.
    virtual void close() = 0;
};

} // namespace settled::net
