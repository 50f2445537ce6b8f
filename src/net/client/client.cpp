#include "net/client/client.h"

#include "base/limits.h"
#include "net/client/dialer.h"
#include "net/client/exchange.h"
#include "net/client/pool.h"
#include "net/server/response_text.h"

#include <algorithm>

namespace settled::net {

namespace {

bool is_method(std::string_view method) {
    return !method.empty() && method.size() <= 16 &&
           std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_target(std::string_view target) {
    return target.starts_with('/') && std::ranges::all_of(target, [](char c) {
               const auto code = static_cast<unsigned char>(c);
               return code > 0x20 && code < 0x7f;
           });
}

// Fields that the client sets itself; a second one would make the request's end or host doubtful.
bool is_reserved(std::string_view name) {
    for (const std::string_view own :
         {"Host", "Content-Length", "Transfer-Encoding", "Connection", "User-Agent", "Expect"}) {
        if (same_name(name, own)) {
            return true;
        }
    }
    return false;
}

Result<std::string> write_request(const OutboundRequest& request) {
    if (!is_method(request.method) || !is_target(request.url.target)) {
        return fail(Code::url_invalid, "the method or the target cannot be sent");
    }
    std::string out;
    out.reserve(512 + request.body.size());
    out.append(request.method).append(" ").append(request.url.target);
    out.append(" HTTP/1.1\r\nHost: ").append(request.url.authority());
    out.append("\r\nUser-Agent: settled");
    for (const auto& [name, value] : request.fields) {
        if (!is_field(name, value) || is_reserved(name)) {
            return fail(Code::value_invalid, "a header field cannot be sent");
        }
        out.append("\r\n").append(name).append(": ").append(value);
    }
    const bool bodiless = request.method == "GET" || request.method == "HEAD" ||
                          request.method == "DELETE" || request.method == "OPTIONS";
    if (!bodiless || !request.body.empty()) {
        out.append("\r\nContent-Length: ").append(std::to_string(request.body.size()));
    }
    out.append("\r\n\r\n").append(request.body);
    return out;
}

struct ClientState {
    std::shared_ptr<DialContext> dial;
    std::shared_ptr<Pool> pool;
};

Task<Result<std::unique_ptr<ClientConnection>>> open(std::shared_ptr<ClientState> state,
                                                     const OutboundRequest& request,
                                                     std::string key, TimePoint deadline) {
    const Url& url = request.url;
    auto socket = co_await dial(state->dial, url, request.owner, deadline);
    if (!socket) {
        co_return std::unexpected(std::move(socket).error());
    }
    if (state->pool->is_closed()) {
        co_return fail(Code::connect_failed, "the client is closed");
    }
    auto connection =
        std::make_unique<ClientConnection>(state->pool, Stream(*std::move(socket)), std::move(key));
    if (!url.tls) {
        co_return connection;
    }
    TlsSession session = make_client_session(*state->dial->tls, url.host, request.tls.get());
    if (!session) {
        co_return fail(Code::tls_failed, "no TLS session");
    }
    connection->stream.secure(std::move(session));
    // A peer that accepts and then says nothing must not use up the whole call.
    const TimePoint until =
        std::min(deadline, std::chrono::steady_clock::now() + limits::tls_handshake_max);
    state->pool->deadlines().set(*connection, until);
    const std::string error = co_await connection->stream.handshake();
    if (connection->late) {
        co_return fail(Code::peer_timeout, "no TLS handshake in time");
    }
    if (!error.empty() || connection->closed) {
        co_return fail(Code::tls_failed, error);
    }
    co_return connection;
}

Task<Result<Reply>> call(std::shared_ptr<ClientState> state, OutboundRequest request) {
    const TimePoint deadline = std::chrono::steady_clock::now() + request.deadline;
    CO_TRY(const std::string bytes, write_request(request));
    std::string key =
        (request.url.tls ? "s " : "p ") + request.url.host + " " + std::to_string(request.url.port);
    if (request.tls) { // a connection proves who called: no other caller gets it
        key += " " + std::to_string(request.tls->number());
    }
    const ExchangeLimits bounds{.reply_bytes_max = request.reply_bytes_max,
                                .head_request = request.method == "HEAD"};
    std::unique_ptr<ClientConnection> connection = state->pool->take(key);
    if (connection) {
        state->pool->deadlines().set(*connection, deadline);
        Exchange tried = co_await exchange(*connection, bytes, bounds);
        if (tried.reply && tried.reusable) {
            state->pool->put(std::move(connection));
        }
        // The peer closed while the connection waited; it read nothing, or may read it twice.
        const bool repeat = !tried.reply && tried.reply.error().code == Code::peer_closed &&
                            !tried.reply_begun && (!tried.sent_any || request.safe_to_repeat) &&
                            !state->pool->is_closed();
        if (!repeat) {
            co_return std::move(tried.reply);
        }
        connection.reset();
    }
    auto opened = co_await open(state, request, key, deadline);
    if (!opened) {
        co_return std::unexpected(std::move(opened).error());
    }
    connection = *std::move(opened);
    state->pool->deadlines().set(*connection, deadline);
    Exchange done = co_await exchange(*connection, bytes, bounds);
    if (done.reply && done.reusable) {
        state->pool->put(std::move(connection));
    }
    co_return std::move(done.reply);
}

class ClientImpl final : public Client {
  public:
    explicit ClientImpl(std::shared_ptr<ClientState> state) : state_(std::move(state)) {}
    ~ClientImpl() override { ClientImpl::close(); }

    Task<Result<Reply>> send(OutboundRequest request) override {
        return call(state_, std::move(request));
    }
    void close() override {
        state_->pool->close();
        state_->dial->names->close();
    }

  private:
    std::shared_ptr<ClientState> state_;
};

} // namespace

Result<std::unique_ptr<Client>> Client::make(boost::asio::io_context& io, Options options) {
    TRY(TlsContext tls, make_client_tls(options.extra_trusted_certificates));
    auto deadlines = std::make_shared<Deadlines>(io);
    auto names = std::make_shared<Resolver>(
        io, Resolver::Options{.servers = std::move(options.name_servers)});
    auto dialer =
        std::make_shared<DialContext>(io, std::move(options.egress), std::move(options.resolve),
                                      std::move(names), std::move(tls), deadlines);
    auto pool = std::make_shared<Pool>(deadlines, options.connections_per_host_max,
                                       options.connections_idle_max);
    return std::make_unique<ClientImpl>(
        std::make_shared<ClientState>(std::move(dialer), std::move(pool)));
}

} // namespace settled::net
