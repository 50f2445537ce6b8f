#include "net/client/dialer.h"

#include "base/limits.h"
#include "net/bounds.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace settled::net {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Address = asio::ip::address;
using TcpSocket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;

constexpr auto connect_wait_min = std::chrono::seconds(1);

Task<Result<std::vector<Address>>> addresses_of(DialContext& context, std::string host,
                                                std::int64_t owner, TimePoint deadline) {
    SystemError not_literal;
    const Address literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) {
        co_return std::vector<Address>{literal};
    }
    if (context.resolve) {
        co_return co_await context.resolve(std::move(host));
    }
    const TimePoint until =
        std::min(deadline, std::chrono::steady_clock::now() + limits::resolve_wait_max);
    co_return co_await context.names->resolve(std::move(host), owner, until);
}

// Ends a connect at its deadline.
class Attempt final : public Watched {
  public:
    explicit Attempt(DialContext& context) : socket(context.io), deadlines_(context.deadlines) {
        deadlines_->add(*this);
    }
    ~Attempt() override { deadlines_->remove(*this); }
    void expired() override {
        SystemError ignored;
        socket.close(ignored);
    }

    TcpSocket socket;

  private:
    std::shared_ptr<Deadlines> deadlines_;
};

Task<Result<Socket>> connect(DialContext& context, tcp::endpoint endpoint, TimePoint deadline) {
    Attempt attempt(context);
    context.deadlines->set(attempt, deadline);
    const auto [error] =
        co_await attempt.socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    SystemError failed = error;
    if (!failed && !attempt.socket.is_open()) {
        failed = asio::error::timed_out;
    }
    if (failed) {
        co_return fail(Code::connect_failed, failed == asio::error::operation_aborted
                                                 ? "no connection in time"
                                                 : failed.message());
    }
    const auto remote = attempt.socket.remote_endpoint(failed);
    const auto local = failed ? tcp::endpoint() : attempt.socket.local_endpoint(failed);
    if (failed) {
        co_return fail(Code::connect_failed, failed.message());
    }
    if (remote != endpoint || !context.egress.permits(remote.address())) {
        co_return fail(Code::address_forbidden, "another address answered than the one called");
    }
    // A public address may be one of our own: our control ports are as near as by loopback.
    if (local.address() == remote.address() && is_global_unicast(remote.address())) {
        co_return fail(Code::address_forbidden, "the address is this machine's own");
    }
    co_return Socket(std::move(attempt.socket));
}

} // namespace

Result<std::shared_ptr<DialContext>> make_dial_context(asio::io_context& io,
                                                       Client::Options options,
                                                       std::shared_ptr<Deadlines> deadlines) {
    TRY(TlsContext tls, make_client_tls(options.extra_trusted_certificates));
    auto names = std::make_shared<Resolver>(
        io, Resolver::Options{.servers = std::move(options.name_servers)});
    return std::make_shared<DialContext>(io, std::move(options.egress), std::move(options.resolve),
                                         std::move(names), std::move(tls), std::move(deadlines),
                                         options.connect_wait_max);
}

Task<Result<Socket>> dial(std::shared_ptr<DialContext> context, Url url, std::int64_t owner,
                          TimePoint deadline) {
    if (context->egress.https_only && !url.tls) {
        co_return fail(Code::address_forbidden, "only https is allowed");
    }
    auto resolved = co_await addresses_of(*context, url.host, owner, deadline);
    if (!resolved) {
        co_return std::unexpected(std::move(resolved).error());
    }
    std::vector<Address> addresses = *std::move(resolved);
    if (addresses.empty() || addresses.size() > bounds::addresses_max) {
        co_return fail(Code::resolve_failed, "no address, or too many, for " + url.host);
    }
    const bool all_permitted = std::ranges::all_of(
        addresses, [&](const Address& address) { return context->egress.permits(address); });
    if (!all_permitted) {
        // The error does not name the address: the caller could map our network with it.
        co_return fail(Code::address_forbidden,
                       url.host + " leads to an address that may not be called");
    }
    Error last{Code::connect_failed, "no connection in time"};
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const TimePoint now = std::chrono::steady_clock::now();
        if (now >= deadline) {
            break;
        }
        // A dead first address must not use up the time of a living second one.
        const auto share = (deadline - now) / static_cast<long>(addresses.size() - i);
        const auto wait =
            std::clamp<TimePoint::duration>(share, connect_wait_min, context->connect_wait_max);
        const TimePoint until = std::min(deadline, now + wait);
        auto socket = co_await connect(*context, {addresses[i], url.port}, until);
        if (socket || socket.error().code == Code::address_forbidden) {
            co_return socket;
        }
        last = std::move(socket).error();
    }
    co_return std::unexpected(std::move(last));
}

} // namespace settled::net
