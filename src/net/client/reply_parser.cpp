#include "net/client/reply_parser.h"

#include "base/limits.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace settled::net {

namespace {

namespace http = boost::beast::http;

// The shortest end of a chunked body is "0 CRLF CRLF". Beast asserts (and aborts, where asserts are
// on) when it is given less of it twice; as at least this much must still come, waiting for it
// costs nothing.
constexpr std::size_t chunked_rest_bytes_min = 5;

std::string_view text(boost::beast::string_view view) {
    return {view.data(), view.size()};
}

} // namespace

ReplyParser::ReplyParser(std::size_t body_bytes_max, bool to_head_request)
    : body_bytes_max_(body_bytes_max) {
    header_limit(static_cast<std::uint32_t>(limits::reply_header_bytes_max));
    body_limit(boost::none); // ours cuts, Beast's would fail
    skip(to_head_request);
    eager(false);
}

Result<> ReplyParser::parse_head(std::string_view head) {
    boost::beast::error_code error;
    put(boost::asio::buffer(head.data(), head.size()), error);
    if (!error && !is_header_done()) {
        error = http::error::partial_message;
    }
    if (error) {
        return fail(Code::reply_malformed, error.message());
    }
    // Same policy as for requests: two lengths or an encoding we do not know make the end doubtful.
    const auto encoding = fields.find("Transfer-Encoding");
    const bool doubtful = fields.count("Content-Length") > 1 ||
                          fields.count("Transfer-Encoding") > 1 ||
                          (encoding && !same_name(*encoding, "chunked"));
    if (doubtful || status == 101) {
        return fail(Code::reply_malformed, status == 101 ? "an upgrade nobody asked for"
                                                         : "the length of the reply is in doubt");
    }
    eager(true);
    return {};
}

Result<std::size_t> ReplyParser::parse_body(std::string_view bytes) {
    if (chunked() && bytes.size() < chunked_rest_bytes_min) {
        return 0;
    }
    boost::beast::error_code error;
    const std::size_t used = put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error && error != http::error::need_more && !body_cut) {
        return fail(Code::reply_malformed, error.message());
    }
    return used;
}

Result<> ReplyParser::end_of_stream() {
    boost::beast::error_code error;
    put_eof(error);
    if (error) {
        return fail(Code::peer_closed, "the reply ends too early");
    }
    return {};
}

void ReplyParser::on_request_impl(http::verb, View, View, int, Code_& error) {
    error = http::error::bad_version;
}

void ReplyParser::on_response_impl(int status_code, View, int, Code_& error) {
    error = {};
    status = status_code;
    if (status_code < 100 || status_code > 599) {
        error = http::error::bad_status;
    }
}

void ReplyParser::on_field_impl(http::field, View name, View value, Code_& error) {
    error = {};
    if (!head_done_) {
        fields.add(text(name), text(value));
    }
}

void ReplyParser::on_header_impl(Code_& error) {
    error = {};
    head_done_ = true;
    keeps_alive = keep_alive() && !need_eof();
}

void ReplyParser::on_body_init_impl(const boost::optional<std::uint64_t>&, Code_& error) {
    error = {};
}

std::size_t ReplyParser::on_body_impl(View bytes, Code_& error) {
    error = {};
    const std::size_t room = body_bytes_max_ - body.size();
    if (bytes.size() > room) {
        body.append(bytes.data(), room);
        body_cut = true;
        error = http::error::body_limit;
        return room;
    }
    body.append(bytes.data(), bytes.size());
    return bytes.size();
}

void ReplyParser::on_chunk_header_impl(std::uint64_t, View, Code_& error) {
    error = {};
}

std::size_t ReplyParser::on_chunk_body_impl(std::uint64_t, View bytes, Code_& error) {
    return on_body_impl(bytes, error);
}

void ReplyParser::on_finish_impl(Code_& error) {
    error = {};
}

} // namespace settled::net
