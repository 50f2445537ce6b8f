// The API calls that the model bank received, so that a test can see how often a call came, under
// which request id and with which bytes. The oldest go beyond bounds::api_calls_kept_max.
#pragma once

#include "base/clock.h"
#include "net/http.h"

#include <cstdint>
#include <deque>
#include <string>

namespace settled::sandbox {

struct ApiCall {
    std::int64_t number = 0; // from 1
    Instant at;
    std::string method;
    std::string target;      // path and query as sent
    std::string request_id;  // X-Request-Id as sent
    std::string body_sha256; // hexadecimal
    std::size_t body_bytes = 0;
    int status = 0; // that the bank answered, also when the reply did not arrive whole
    bool processed = true;
    bool reply_cut = false; // cut, reset or kept back
};

class CallLog {
  public:
    ApiCall& add(const net::Request& request, Instant at);
    const std::deque<ApiCall>& all() const { return calls_; }
    std::int64_t received() const { return last_number_; }

  private:
    std::deque<ApiCall> calls_;
    std::int64_t last_number_ = 0;
};

} // namespace settled::sandbox
