#include "net/client/reply_stream.h"

#include "base/limits.h"
#include "net/client/exchange.h"
#include "net/client/open_connection.h"
#include "net/client/reply_parser.h"
#include "net/client/request_text.h"
#include "net/socket_path.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <limits>
#include <utility>

namespace settled::net {

namespace {

namespace asio = boost::asio;
using Connection = std::unique_ptr<ClientConnection>;
using Opened = Result<std::unique_ptr<ReplyStream>>;
using LocalSocket =
    asio::basic_stream_socket<asio::local::stream_protocol, asio::io_context::executor_type>;

class ReplyStreamImpl final : public ReplyStream {
  public:
    ReplyStreamImpl(std::shared_ptr<Pool> pool, Connection connection,
                    std::chrono::milliseconds quiet_max)
        : pool_(std::move(pool)), connection_(std::move(connection)), quiet_max_(quiet_max) {}

    int status() const override { return parser_.status; }
    void cut() override { pool_->close(); }

    Task<Result<>> begin(const std::string& bytes) {
        watch();
        const SystemError unsent = co_await connection_->stream.write(bytes);
        if (unsent)
            co_return fail(Code::peer_closed, unsent.message());
        CO_TRY(const std::size_t head, co_await read_head(*connection_));
        CO_TRY_VOID(parser_.parse_head(connection_->buffer.view().substr(0, head)));
        connection_->buffer.use(head);
        co_return Result<>();
    }

    Task<Result<std::optional<std::string>>> next() override {
        watch();
        while (parser_.body.empty() && !parser_.complete()) {
            CO_TRY(const std::size_t used, parser_.parse_body(connection_->buffer.view()));
            connection_->buffer.use(used);
            if (!parser_.body.empty() || parser_.complete())
                break;
            if (connection_->buffer.view().size() >= limits::reply_header_bytes_max)
                co_return fail(Code::reply_malformed, "a chunk line is too long");
            CO_TRY(const bool more, co_await fill(*connection_));
            if (!more) {
                CO_TRY_VOID(parser_.end_of_stream());
                break;
            }
        }
        if (parser_.body.empty())
            co_return std::optional<std::string>();
        co_return std::exchange(parser_.body, {});
    }

  private:
    void watch() {
        pool_->deadlines().set(*connection_, std::chrono::steady_clock::now() + quiet_max_);
    }

    std::shared_ptr<Pool> pool_;
    Connection connection_;
    std::chrono::milliseconds quiet_max_;
    // A part is taken away as it is handed over: there is no bound on all of them together.
    ReplyParser parser_{std::numeric_limits<std::size_t>::max(), false};
};

Task<Result<Socket>> dial_socket(asio::io_context& io, std::string path) {
    CO_TRY(const SocketPath name, SocketPath::open(path));
    LocalSocket socket(io);
    const auto [error] = co_await socket.async_connect(
        asio::local::stream_protocol::endpoint(name.text()), asio::as_tuple(asio::use_awaitable));
    if (error)
        co_return fail(Code::connect_failed, error.message());
    co_return Socket(std::move(socket));
}

Task<Opened> begin_stream(std::shared_ptr<Pool> pool, Connection connection,
                          const OutboundRequest& request) {
    CO_TRY(const std::string bytes, request_text(request));
    auto stream =
        std::make_unique<ReplyStreamImpl>(std::move(pool), std::move(connection), request.deadline);
    CO_TRY_VOID(co_await stream->begin(bytes));
    co_return std::unique_ptr<ReplyStream>(std::move(stream));
}

std::shared_ptr<Pool> pool_for_one(const std::shared_ptr<Deadlines>& deadlines) {
    return std::make_shared<Pool>(deadlines, 1, 1);
}

} // namespace

Task<Opened> ReplyStream::open(asio::io_context& io, Client::Options options,
                               OutboundRequest request) {
    auto deadlines = std::make_shared<Deadlines>(io);
    CO_TRY(auto context, make_dial_context(io, std::move(options), deadlines));
    auto pool = pool_for_one(deadlines);
    const TimePoint deadline = std::chrono::steady_clock::now() + request.deadline;
    auto connection = co_await open_connection(context, pool, request, "stream", deadline);
    context->names->close();
    if (!connection)
        co_return std::unexpected(std::move(connection).error());
    co_return co_await begin_stream(std::move(pool), *std::move(connection), request);
}

Task<Opened> ReplyStream::open_socket(asio::io_context& io, std::string socket_path,
                                      OutboundRequest request) {
    auto pool = pool_for_one(std::make_shared<Deadlines>(io));
    CO_TRY(Socket socket, co_await dial_socket(io, std::move(socket_path)));
    auto connection = std::make_unique<ClientConnection>(pool, Stream(std::move(socket)), "stream");
    co_return co_await begin_stream(std::move(pool), std::move(connection), request);
}

} // namespace settled::net
