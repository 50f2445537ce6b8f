#include "net/server/request_parser.h"

#include "base/limits.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace settled::net {

namespace {

namespace http = boost::beast::http;

// Room made at once for a body whose length is announced; a larger one grows as it comes, so that
// an announcement alone takes no memory.
constexpr std::size_t body_bytes_reserved_max = 64 * 1024;
// Extensions mean nothing to us; long ones only make work.
constexpr std::size_t chunk_extension_bytes_max = 256;

// The shortest end of a chunked body is "0 CRLF CRLF". Beast asserts (and aborts, where asserts are
// on) when it is given less of it twice; as at least this much must still come, waiting for it
// costs nothing.
constexpr std::size_t chunked_rest_bytes_min = 5;

std::string_view text(boost::beast::string_view view) {
    return {view.data(), view.size()};
}

// What of it are lines: of a chunk the line with its size, since its data follows; of the last one
// all. `after_data`: the line end of the chunk before is in front.
std::string_view lines_in(std::string_view rest, bool after_data) {
    const std::size_t begin = after_data && rest.starts_with("\r\n") ? 2 : 0;
    const std::size_t end = rest.find("\r\n", begin);
    if (end == rest.npos) {
        return rest;
    }
    const std::string_view line = rest.substr(begin, end - begin);
    const std::string_view size = line.substr(0, line.find(';'));
    const bool is_last = !size.empty() && size.find_first_not_of('0') == size.npos;
    return is_last ? rest : rest.substr(0, end);
}

} // namespace

RequestParser::RequestParser() {
    header_limit(static_cast<std::uint32_t>(limits::header_bytes_max));
    body_limit(boost::none); // ours, set when the route is known
    eager(false);
}

Result<> RequestParser::parse_head(std::string_view head) {
    boost::beast::error_code error;
    put(boost::asio::buffer(head.data(), head.size()), error);
    if (!error && !is_header_done()) {
        // The start line and the fields may be two steps of the parser.
        error = http::error::partial_message;
    }
    if (error) {
        return fail(Code::request_malformed, error.message());
    }
    eager(true);
    return {};
}

Result<std::size_t> RequestParser::parse_body(std::string_view bytes) {
    if (chunked() && bytes.size() < chunked_rest_bytes_min) {
        TRY_VOID(check_rest(bytes));
        return 0;
    }
    boost::beast::error_code error;
    given_ = bytes;
    const std::size_t used = put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error == http::error::header_limit) {
        return fail(Code::headers_too_large, "the trailer is too large");
    }
    if (error && error != http::error::need_more) {
        return error == http::error::body_limit ? fail(Code::body_too_large)
                                                : fail(Code::request_malformed, error.message());
    }
    if (chunked() && !is_done()) {
        TRY_VOID(check_rest(bytes.substr(used)));
    }
    return used;
}

// A line that can never end well is refused at once: who waits for the rest of it waits for the
// deadline.
Result<> RequestParser::check_rest(std::string_view rest) const {
    if (chunk_left_ > 0 || rest.empty()) {
        return {};
    }
    const auto is_hex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    const bool no_size = saw_chunk_ ? rest.starts_with("\r\n\r") : !is_hex(rest.front());
    const std::string_view lines = lines_in(rest, saw_chunk_);
    bool bare_line_feed = false;
    for (std::size_t at = lines.find('\n'); at != lines.npos; at = lines.find('\n', at + 1)) {
        bare_line_feed = bare_line_feed || at == 0 || lines[at - 1] != '\r';
    }
    if (no_size || bare_line_feed) {
        return fail(Code::request_malformed,
                    no_size ? "a chunk without a size" : "a bare line feed in a chunk's line");
    }
    return {};
}

void RequestParser::body_bytes_max(std::size_t bytes) {
    body_bytes_max_ = bytes;
    body_limit(bytes);
}

void RequestParser::on_request_impl(http::verb, View method_text, View target_text,
                                    int version_number, Code_& error) {
    error = {};
    method = text(method_text);
    target = text(target_text);
    version = version_number;
}

void RequestParser::on_response_impl(int, View, int, Code_& error) {
    error = http::error::bad_method;
}

void RequestParser::on_field_impl(http::field, View name, View value, Code_& error) {
    error = {};
    if (!head_done_) {
        fields.add(text(name), text(value));
    }
}

void RequestParser::on_header_impl(Code_& error) {
    error = {};
    head_done_ = true;
    // Asked now: a trailer may still name `Connection`, and has no say.
    keeps_alive = version == 11 && keep_alive();
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& size, Code_& error) {
    error = {};
    if (size) {
        body.reserve(std::min<std::size_t>(*size, body_bytes_reserved_max));
    }
}

std::size_t RequestParser::on_body_impl(View bytes, Code_& error) {
    error = {};
    if (bytes.size() > body_bytes_max_ - std::min(body.size(), body_bytes_max_)) {
        error = http::error::body_limit;
        return 0;
    }
    body.append(bytes.data(), bytes.size());
    return bytes.size();
}

// Beast unfolds a folded trailer silently, and bounds none. It reports the last chunk when the
// whole trailer is there, with a view into the bytes it was given: `from` is where the last chunk's
// line ends.
void RequestParser::judge_trailer(const char* from, Code_& error) const {
    const std::string_view rest = given_.substr(static_cast<std::size_t>(from - given_.data()));
    const std::string_view trailer = rest.substr(0, rest.find("\r\n\r\n"));
    if (trailer.size() > limits::header_bytes_max) {
        error = http::error::header_limit;
    } else if (trailer.find("\r\n ") != std::string_view::npos ||
               trailer.find("\r\n\t") != std::string_view::npos) {
        error = http::error::bad_field;
    }
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, View extensions, Code_& error) {
    error = {};
    saw_chunk_ = true;
    chunk_left_ = size;
    // Beast lets line ends and NUL stand inside a quoted extension.
    const bool has_control = std::ranges::any_of(
        extensions, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
    if (has_control || extensions.size() > chunk_extension_bytes_max) {
        error = http::error::bad_chunk_extension;
    } else if (size == 0) {
        judge_trailer(extensions.data() + extensions.size(), error);
    }
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t left, View bytes, Code_& error) {
    const std::size_t taken = on_body_impl(bytes, error);
    chunk_left_ = left - std::min<std::uint64_t>(left, taken);
    return taken;
}

void RequestParser::on_finish_impl(Code_& error) {
    error = {};
}

} // namespace settled::net
