// HTTP messages as handlers and callers see them: plain values, no library type in sight.
#pragma once

#include "base/bytes.h"
#include "base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::net {

// Field names compare without case. The order is the order on the wire.
class Fields {
  public:
    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    // The value of the first field of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

// A request that passed the request policy: complete, within its limits, its framing unambiguous.
struct Request {
    std::string method;        // "POST"
    std::string target;        // as sent: "/v1/payments?limit=5"
    std::string path;          // "/v1/payments", percent-decoded once, no NUL, no "/../"
    std::string query;         // "limit=5", still encoded
    Fields fields;             // header fields only: trailers never get here
    std::string body;
    std::string request_id;    // the caller's X-Request-Id if it is acceptable, else minted
    std::string traceparent;   // W3C, the caller's if valid, else new
    std::string peer;          // address without port; "unix" for the control socket
    bool trusted_peer = false; // came over the control socket (file permissions are the authentication)

    // Decoded value of a query parameter; nullopt when absent.
    std::optional<std::string> parameter(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    Fields fields; // beside Content-Type, Content-Length, Date, Connection and X-Request-Id
    std::string body;
    bool close = false; // close the connection after this answer
};

} // namespace settled::net
