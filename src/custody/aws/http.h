// What reading from AWS asks of an HTTP client. The server brings one (server/secrets_http.h).
#pragma once

#include "base/error.h"
#include "base/secret.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::custody::aws {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpCall {
    std::string method = "GET";
    std::string url; // scheme, host, port, path and query, as they are sent
    HttpFields fields = {};
    Secret body = {};
    std::chrono::milliseconds wait{5000}; // the whole call
};

struct HttpReply {
    int status = 0;
    HttpFields fields = {};
    Secret body = {};

    // By name without regard to case.
    std::optional<std::string_view> find(std::string_view name) const;
};

// Any thread; waits, for as long as the call says. Fails as net::Client::send() does, and with
// reply_malformed when the body is larger than any that is wanted here.
class Http {
  public:
    virtual ~Http() = default;
    virtual Result<HttpReply> send(const HttpCall& call) = 0;
};

} // namespace settled::custody::aws
