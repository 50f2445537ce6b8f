#include "net/client/client.h"

#include "base/limits.h"
#include "net/client/dialer.h"
#include "net/client/exchange.h"
#include "net/client/open_connection.h"
#include "net/client/pool.h"
#include "net/client/request_text.h"

namespace settled::net {

namespace {

struct ClientState {
    std::shared_ptr<DialContext> dial;
    std::shared_ptr<Pool> pool;
};

Task<Result<Reply>> call(std::shared_ptr<ClientState> state, OutboundRequest request) {
    const TimePoint deadline = std::chrono::steady_clock::now() + request.deadline;
    CO_TRY(const std::string bytes, request_text(request));
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
    auto opened = co_await open_connection(state->dial, state->pool, request, key, deadline);
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
    auto deadlines = std::make_shared<Deadlines>(io);
    auto pool = std::make_shared<Pool>(deadlines, options.connections_per_host_max,
                                       options.connections_idle_max);
    TRY(auto dialer, make_dial_context(io, std::move(options), deadlines));
    return std::make_unique<ClientImpl>(
        std::make_shared<ClientState>(std::move(dialer), std::move(pool)));
}

} // namespace settled::net
