#include "net/server/server_state.h"

#include "net/server/response_text.h"

namespace settled::net {

std::string_view ServerState::date() {
    const std::int64_t second = clock.wall().us / 1'000'000;
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
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex(2 * bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) {
        const unsigned byte = random_[random_used_ + i];
        hex[2 * i] = digits[byte >> 4u];
        hex[2 * i + 1] = digits[byte & 15u];
    }
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
