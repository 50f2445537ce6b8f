// One reply on its way in, by Beast's parser core with our own storage. The body is bounded by
// cutting: what is beyond the bound is not kept and the connection is not used again.
//
// Beast is included here: include this file from few places.
#pragma once

#include "base/error.h"
#include "net/http.h"

#include <boost/beast/http/basic_parser.hpp>

#include <string>
#include <string_view>

namespace settled::net {

class ReplyParser final : public boost::beast::http::basic_parser<false> {
    using Base = boost::beast::http::basic_parser<false>;
    using View = boost::beast::string_view;
    using Code_ = boost::beast::error_code;

  public:
    ReplyParser(std::size_t body_bytes_max, bool to_head_request);

    // Exactly one message head as HeadScan found it. Fails with reply_malformed.
    Result<> parse_head(std::string_view head);
    // Body bytes; returns how many were used. Stops early when the body is cut.
    Result<std::size_t> parse_body(std::string_view bytes);
    // The peer ended the stream: fails with peer_closed if the reply needed more.
    Result<> end_of_stream();
    bool complete() const { return is_done() || body_cut; }
    bool is_interim() const { return status >= 100 && status < 200; }

    int status = 0;
    Fields fields;
    std::string body;
    bool body_cut = false;
    bool keeps_alive = false;

  private:
    void on_request_impl(boost::beast::http::verb, View, View, int, Code_& error) override;
    void on_response_impl(int status_code, View reason, int version, Code_& error) override;
    void on_field_impl(boost::beast::http::field, View name, View value, Code_& error) override;
    void on_header_impl(Code_& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& size, Code_& error) override;
    std::size_t on_body_impl(View bytes, Code_& error) override;
    void on_chunk_header_impl(std::uint64_t size, View extensions, Code_& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t left, View bytes, Code_& error) override;
    void on_finish_impl(Code_& error) override;

    std::size_t body_bytes_max_;
    bool head_done_ = false;
};

} // namespace settled::net
