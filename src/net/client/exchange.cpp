#include "net/client/exchange.h"

#include "base/limits.h"
#include "net/client/reply_parser.h"
#include "net/server/head_scan.h"

#include <boost/asio/error.hpp>

#include <optional>
#include <utility>

namespace settled::net {

namespace {

constexpr std::size_t read_bytes = 4096;
constexpr std::size_t buffer_bytes_max = 32 * 1024;
// Interim answers are 100 and 103, each once; a peer that sends more plays with us.
constexpr int interim_replies_max = 8;
// Status line: version, status and a reason phrase of sensible length.
constexpr HeadLimits head_limits = {.bytes_max = limits::reply_header_bytes_max,
                                    .first_line_bytes_max = 1024,
                                    .fields_max = limits::header_fields_max};
static_assert(buffer_bytes_max > limits::reply_header_bytes_max + read_bytes);

Error why_ended(const ClientConnection& connection, const SystemError& error) {
    if (connection.late) {
        return {Code::peer_timeout, {}};
    }
    return {Code::peer_closed, error ? error.message() : std::string()};
}

// The scan speaks of requests; here the peer is the one who is wrong.
Error as_reply_error(Error error) {
    const bool large = error.code == Code::headers_too_large || error.code == Code::target_too_long;
    return {large ? Code::reply_too_large : Code::reply_malformed, std::move(error.detail)};
}

} // namespace

Task<Result<bool>> fill(ClientConnection& connection) {
    const auto room = connection.buffer.room(read_bytes, buffer_bytes_max);
    const Stream::Read read = co_await connection.stream.read_some(room);
    connection.buffer.filled(read.size);
    if (connection.late || connection.closed) {
        co_return std::unexpected(why_ended(connection, read.error));
    }
    if (read.size == 0 && read.error != boost::asio::error::eof) {
        co_return std::unexpected(why_ended(connection, read.error));
    }
    co_return read.size > 0;
}

Task<Result<std::size_t>> read_head(ClientConnection& connection) {
    HeadScan scan(head_limits);
    while (true) {
        auto found = scan.scan(connection.buffer.view());
        if (!found) {
            co_return std::unexpected(as_reply_error(std::move(found).error()));
        }
        if (*found) {
            co_return **found;
        }
        const auto more = co_await fill(connection);
        if (!more) {
            co_return std::unexpected(more.error());
        }
        if (!*more) {
            co_return fail(Code::peer_closed, "the peer closed before its reply");
        }
    }
}

namespace {

Task<Result<>> read_body(ClientConnection& connection, ReplyParser& parser) {
    while (!parser.complete()) {
        const auto used = parser.parse_body(connection.buffer.view());
        if (!used) {
            co_return std::unexpected(used.error());
        }
        connection.buffer.use(*used);
        if (parser.complete()) {
            break;
        }
        if (connection.buffer.view().size() >= limits::reply_header_bytes_max) {
            co_return fail(Code::reply_malformed, "a chunk line or trailer is too long");
        }
        const auto more = co_await fill(connection);
        if (!more) {
            co_return std::unexpected(more.error());
        }
        if (!*more) {
            co_return parser.end_of_stream();
        }
    }
    co_return Result<>();
}

// `begun`: the head of a reply has come.
Task<Result<Reply>> read_reply(ClientConnection& connection, ExchangeLimits bounds, bool& reusable,
                               bool& begun) {
    std::optional<ReplyParser> parser;
    int interim = 0;
    do {
        const auto head = co_await read_head(connection);
        if (!head) {
            co_return std::unexpected(head.error());
        }
        begun = true;
        parser.emplace(bounds.reply_bytes_max, bounds.head_request);
        auto parsed = parser->parse_head(connection.buffer.view().substr(0, *head));
        connection.buffer.use(*head);
        if (!parsed) {
            co_return std::unexpected(std::move(parsed).error());
        }
        if (parser->is_interim() && ++interim > interim_replies_max) {
            co_return fail(Code::reply_malformed, "too many interim replies");
        }
    } while (parser->is_interim());
    auto body = co_await read_body(connection, *parser);
    if (!body) {
        co_return std::unexpected(std::move(body).error());
    }
    // Bytes behind the reply would be taken for the reply to the next request.
    reusable = parser->keeps_alive && !parser->body_cut && connection.buffer.empty();
    co_return Reply{parser->status, std::move(parser->fields), std::move(parser->body),
                    parser->body_cut};
}

} // namespace

Task<Exchange> exchange(ClientConnection& connection, std::string_view bytes,
                        ExchangeLimits bounds) {
    Exchange out{.reply = fail(Code::peer_closed)};
    const std::size_t before = connection.stream.sent();
    const SystemError unsent = co_await connection.stream.write(bytes);
    out.sent_any = connection.stream.sent() != before;
    // A peer may answer and close before it has read everything (413): its answer is looked for
    // even when the write failed, unless nothing went out at all.
    if (unsent && (!out.sent_any || connection.late || connection.closed)) {
        out.reply = std::unexpected(why_ended(connection, unsent));
        co_return out;
    }
    out.reply = co_await read_reply(connection, bounds, out.reusable, out.reply_begun);
    out.reply_begun = out.reply_begun || out.reply.has_value() || !connection.buffer.empty() ||
                      out.reply.error().code == Code::reply_malformed;
    out.reusable = out.reusable && !unsent;
    co_return out;
}

} // namespace settled::net
