#include "net/server_state.h"

#include "base/bytes.h"
#include "net/response_text.h"

namespace settled::net {

std::string_view ServerState::date() {
    const std::int64_t second = clock.now().us / 1'000'000;
    if (second != date_second_) {
        date_second_ = second;
        date_ = http_date(second);
    }
    return date_;
}

std::string ServerState::random_hex(std::size_t bytes) {
    if (random_.size() - random_used_ < bytes) {
        rng.fill(random_);
        random_used_ = 0;
    }
    std::string hex = to_hex(BytesView(random_).subspan(random_used_, bytes));
    random_used_ += bytes;
    return hex;
}

std::string ServerState::mint_request_id() {
    return random_hex(16);
}

std::string ServerState::mint_traceparent() {
    return "00-" + random_hex(16) + "-" + random_hex(8) + "-01";
}

} // namespace settled::net
