#include "api/console/tries.h"

#include "api/bounds.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>

namespace settled::api {

namespace {

std::string counted_as(std::string_view address) {
    std::array<std::uint8_t, 16> bytes{};
    const std::string text(address);
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1)
        return text;
    return {bytes.begin(), bytes.begin() + 8};
}

} // namespace

bool Tries::take(std::string_view address, Clock::Steady now) {
    const std::string key = counted_as(address);
    const std::lock_guard lock(mutex_);
    if (minutes_.size() >= bounds::addresses_counted_max)
        std::erase_if(minutes_, [now](const auto& each) {
            return now - each.second.since >= bounds::sign_in_window;
        });
    if (minutes_.size() >= bounds::addresses_counted_max)
        minutes_.clear(); // a flood from everywhere: what is guessed has 256 bits
    Minute& minute = minutes_[key];
    if (minute.count == 0 || now - minute.since >= bounds::sign_in_window)
        minute = {now, 0};
    return ++minute.count <= bounds::sign_ins_per_minute;
}

} // namespace settled::api
