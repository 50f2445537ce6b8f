#include "net/server/server.h"

#include "net/bounds.h"
#include "net/server/connection.h"
#include "net/server/forwarded.h"
#include "net/socket_path.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace settled::net {

namespace {

namespace asio = boost::asio;
using Protocol = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Protocol, asio::io_context::executor_type>;

constexpr std::string_view unix_prefix = "unix:";
constexpr auto accept_pause = std::chrono::milliseconds(50);
constexpr auto drain_look_gap = std::chrono::milliseconds(5);

Error io_error(std::string what, const SystemError& error) {
    return {Code::io_failed, std::move(what) + ": " + error.message()};
}

Error listen_error(const std::string& name, const SystemError& error) {
    if (error == asio::error::address_in_use) {
        return {Code::address_in_use,
                "another process listens on " + name + "; stop it, or listen elsewhere"};
    }
    return io_error("cannot listen on " + name, error);
}

Peer peer_of(const Protocol::endpoint& endpoint, const ServerOptions& options) {
    asio::ip::tcp::endpoint tcp;
    if (endpoint.size() > tcp.capacity()) {
        return {.address = {}, .name = "unknown", .counted_as = "unknown"};
    }
    std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
    tcp.resize(endpoint.size());
    const auto address = plain_address(tcp.address());
    return {.address = address,
            .name = address.to_string(),
            .counted_as = counted_as(address),
            .is_proxy = is_in(options.trusted_proxies, address)};
}

Task<> run_connection(std::unique_ptr<Connection> connection) {
    co_await connection->serve();
}

// A socket file that a stopped server left behind is in the way of bind(); one that answers is not
// ours.
Result<> remove_stale_socket(asio::io_context& io, const std::string& path,
                             const SocketPath& place) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) {
        return {};
    }
    if (!S_ISSOCK(found.st_mode)) {
        return fail(Code::io_failed, path + " exists and is not a socket");
    }
    asio::local::stream_protocol::socket probe(io);
    SystemError error;
    probe.connect(asio::local::stream_protocol::endpoint(place.text()), error);
    if (!error) {
        return fail(Code::io_failed, path + " is in use by another server");
    }
    ::unlink(path.c_str());
    return {};
}

class ServerImpl final : public Server {
  public:
    explicit ServerImpl(std::shared_ptr<ServerState> state)
        : state_(std::move(state)), acceptor_(std::make_shared<Acceptor>(state_->io)) {}

    ~ServerImpl() override {
        state_->handler = nullptr;
        state_->draining = true;
        stop_accepting();
        for (Connection* connection : state_->connections) {
            connection->cut();
        }
    }

    Result<> open();
    std::uint16_t port() const override { return port_; }
    void start() override;
    Task<> drain(std::chrono::milliseconds within) override;
    std::size_t connections() const override { return state_->connections.size(); }

  private:
    Result<> open_tcp();
    Result<> open_unix(const std::string& path);
    Result<> bind_and_listen(const Protocol::endpoint& endpoint, const std::string& name);
    void stop_accepting();

    std::shared_ptr<ServerState> state_;
    std::shared_ptr<Acceptor> acceptor_;
    std::string unix_path_;
    std::uint16_t port_ = 0;
};

void take_in(const std::shared_ptr<ServerState>& state, Socket socket, bool is_unix) {
    SystemError error;
    const auto remote = socket.remote_endpoint(error);
    if (error) {
        return; // gone before we looked
    }
    Peer peer = is_unix ? Peer{.address = {}, .name = "unix", .counted_as = "", .is_operator = true}
                        : peer_of(remote, state->options);
    // A proxy speaks for many: its connections count in all only.
    auto place =
        state->options.connections->enter(peer.counted_as, !peer.is_operator && !peer.is_proxy);
    if (!place) {
        return;
    }
    auto connection =
        std::make_unique<Connection>(state, std::move(socket), std::move(peer), *std::move(place));
    // What escapes a connection (memory is out) ends that connection and no other.
    asio::co_spawn(state->io, run_connection(std::move(connection)), [](std::exception_ptr) {});
}

Task<> accept_all(std::shared_ptr<ServerState> state, std::shared_ptr<Acceptor> acceptor,
                  bool is_unix) {
    asio::steady_timer pause(state->io);
    while (acceptor->is_open()) {
        Socket socket(state->io);
        const auto [error] =
            co_await acceptor->async_accept(socket, asio::as_tuple(asio::use_awaitable));
        if (!error) {
            take_in(state, std::move(socket), is_unix);
        } else if (error == asio::error::operation_aborted || !acceptor->is_open()) {
            break;
        } else if (error != asio::error::connection_aborted) {
            // Out of file descriptors: asking again at once would spin.
            pause.expires_after(accept_pause);
            const auto [ignored] = co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
            static_cast<void>(ignored);
        }
    }
}

Result<> ServerImpl::bind_and_listen(const Protocol::endpoint& endpoint, const std::string& name) {
    SystemError error;
    acceptor_->open(endpoint.protocol(), error);
    if (error) {
        return std::unexpected(io_error("no socket for " + name, error));
    }
    const int on = 1;
    if (endpoint.protocol().family() != AF_UNIX) {
        ::setsockopt(acceptor_->native_handle(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (state_->options.port_use == ServerOptions::Port::joined) {
            ::setsockopt(acceptor_->native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        }
    }
    acceptor_->bind(endpoint, error);
    if (error) {
        return std::unexpected(listen_error(name, error));
    }
    // Between bind and listen no peer can connect: the mode is right before the first one comes.
    if (!unix_path_.empty() && ::chmod(unix_path_.c_str(), 0600) != 0) {
        return fail(Code::io_failed, "cannot set the mode of " + unix_path_);
    }
    acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        return std::unexpected(listen_error(name, error));
    }
    // Only now: a process that sets it before it binds may share the port of any other process of
    // ours.
    if (state_->options.port_use == ServerOptions::Port::first_of_several) {
        ::setsockopt(acceptor_->native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
    return {};
}

Result<> ServerImpl::open_unix(const std::string& path) {
    TRY(const SocketPath place, SocketPath::open(path));
    TRY_VOID(remove_stale_socket(state_->io, path, place));
    unix_path_ = path;
    return bind_and_listen(Protocol::endpoint(asio::local::stream_protocol::endpoint(place.text())),
                           path);
}

Result<> ServerImpl::open_tcp() {
    const ServerOptions& options = state_->options;
    SystemError error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) {
        return fail(Code::io_failed, options.address + " is not an IP address");
    }
    const asio::ip::tcp::endpoint endpoint(address, options.port);
    const std::string name = options.address + " port " + std::to_string(options.port);
    TRY_VOID(bind_and_listen(Protocol::endpoint(endpoint), name));
    asio::ip::tcp::endpoint bound;
    const auto local = acceptor_->local_endpoint(error);
    if (error) {
        return std::unexpected(io_error("no port on " + name, error));
    }
    std::memcpy(bound.data(), local.data(), local.size());
    bound.resize(local.size());
    port_ = bound.port();
    return {};
}

Result<> ServerImpl::open() {
    const ServerOptions& options = state_->options;
    if (options.address.starts_with(unix_prefix)) {
        return open_unix(options.address.substr(unix_prefix.size()));
    }
    return open_tcp();
}

void ServerImpl::start() {
    asio::co_spawn(state_->io, accept_all(state_, acceptor_, !unix_path_.empty()), asio::detached);
}

void ServerImpl::stop_accepting() {
    SystemError ignored;
    acceptor_->close(ignored);
    if (!unix_path_.empty()) {
        ::unlink(unix_path_.c_str());
        unix_path_.clear();
    }
}

Task<> ServerImpl::drain(std::chrono::milliseconds within) {
    const std::shared_ptr<ServerState> state = state_;
    const TimePoint until = std::chrono::steady_clock::now() + within;
    state->draining = true;
    stop_accepting();
    for (Connection* connection : state->connections) {
        connection->end_if_idle();
    }
    asio::steady_timer timer(state->io);
    while (!state->connections.empty() && std::chrono::steady_clock::now() < until) {
        timer.expires_at(std::min(until, std::chrono::steady_clock::now() + drain_look_gap));
        const auto [ignored] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(ignored);
    }
    for (Connection* connection : state->connections) {
        connection->cut();
    }
}

Result<Secret> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
        return fail(Code::io_failed, path + " cannot be read");
    }
    return Secret(std::move(text));
}

} // namespace

Result<std::shared_ptr<ServerTls>> open_server_tls(const TlsFiles& files) {
    TRY(const Secret chain, read_file(files.certificate_chain));
    TRY(const Secret key, read_file(files.private_key));
    auto context = make_server_tls(chain.reveal(), key); // it is shown to everyone
    if (!context) {
        return fail(context.error().code, files.certificate_chain + ", " + files.private_key +
                                              ": " + context.error().detail);
    }
    return std::make_shared<ServerTls>(*std::move(context));
}

Task<Result<Handler::FilePlace>> Handler::admit_file(const Request& /*head*/) {
    co_return fail(Code::body_too_large, {});
}

Result<std::unique_ptr<Server>> Server::listen(boost::asio::io_context& io, ServerOptions options,
                                               Handler& handler, const Clock& clock, Rng& rng) {
    if (!options.connections) {
        options.connections = std::make_shared<ConnectionLimits>(options.connections_max,
                                                                 options.connections_per_peer_max);
    }
    if (!options.memory) {
        options.memory = std::make_shared<MemoryBudget>(bounds::memory_default);
    }
    auto server = std::make_unique<ServerImpl>(
        std::make_shared<ServerState>(io, std::move(options), handler, clock, rng));
    TRY_VOID(server->open());
    return server;
}

} // namespace settled::net
