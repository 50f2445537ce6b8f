// One request on its way in, by Beast's parser core with our own storage.
//
// The header fields are taken over when the head is complete. What the parser reports later are
// trailers of a chunked body: they are dropped, since a DigitalSignature sent as a trailer must not
// count as the one that was checked before the body was read.
//
// Beast is included here: include this file from few places.
#pragma once

#include "base/error.h"
#include "net/http.h"

#include <boost/beast/http/basic_parser.hpp>

#include <string>
#include <string_view>

namespace settled::net {

class RequestParser final : public boost::beast::http::basic_parser<true> {
    using Base = boost::beast::http::basic_parser<true>;
    using View = boost::beast::string_view;
    using Code_ = boost::beast::error_code;

  public:
    RequestParser();

    // `head` is exactly one message head as HeadScan found it.
    Result<> parse_head(std::string_view head);
    // Body bytes; returns how many were used. Fewer than all: the body is complete, or a chunk's
    // line is not, and the rest must be passed again with more bytes after it. Fails with
    // body_too_large or request_malformed.
    Result<std::size_t> parse_body(std::string_view bytes);
    bool complete() const { return is_done(); }
    void body_bytes_max(std::size_t bytes);

    std::string method;
    std::string target;
    int version = 11; // 10 or 11
    Fields fields;
    std::string body;
    bool keeps_alive = false;

  private:
    void on_request_impl(boost::beast::http::verb, View method, View target, int version,
                         Code_& error) override;
    void on_response_impl(int, View, int, Code_& error) override;
    void on_field_impl(boost::beast::http::field, View name, View value, Code_& error) override;
    void on_header_impl(Code_& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& size, Code_& error) override;
    std::size_t on_body_impl(View bytes, Code_& error) override;
    void on_chunk_header_impl(std::uint64_t size, View extensions, Code_& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t left, View bytes, Code_& error) override;
    void on_finish_impl(Code_& error) override;

    void judge_trailer(const char* from, Code_& error) const;
    // Of a chunk's line or trailer that is not complete: whether more bytes could still make it one.
    Result<> check_rest(std::string_view rest) const;

    std::string_view given_; // to parse_body, while it runs
    bool saw_chunk_ = false;
    std::uint64_t chunk_left_ = 0; // of the data of the present chunk
    std::size_t body_bytes_max_ = 0;
    bool head_done_ = false;
};

} // namespace settled::net
