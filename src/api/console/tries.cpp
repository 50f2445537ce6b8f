#include "api/console/tries.h"

#include "api/bounds.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <utility>

namespace settled::api {

namespace {

std::string counted_as(std::string_view address) {
    std::array<std::uint8_t, 16> bytes{};
    std::string text(address);
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1)
        return text;
    return {bytes.begin(), bytes.begin() + 8};
}

} // namespace

Tries::Tries() : Tries(bounds::addresses_counted_max) {}

bool Tries::take(std::string_view address, Clock::Steady now) {
    const std::string key = counted_as(address);
    const std::lock_guard lock(mutex_);
    auto found = minutes_.find(key);
    if (found == minutes_.end()) {
        if (minutes_.size() >= counted_max_) {
            minutes_.erase(by_use_.back());
            by_use_.pop_back();
        }
        by_use_.push_front(key);
        found = minutes_.emplace(key, Minute{now, 0, by_use_.begin()}).first;
    }
    Minute& minute = found->second;
    by_use_.splice(by_use_.begin(), by_use_, minute.place);
    if (now - minute.since >= bounds::sign_in_window) {
        minute.since = now;
        minute.count = 0;
    }
    return ++minute.count <= bounds::sign_ins_per_minute;
}

std::shared_ptr<void> PasswordShares::take(std::string_view address) {
    std::string key = counted_as(address);
    const std::lock_guard lock(taken_->mutex);
    int& count = taken_->by_address[key];
    if (count >= bounds::passwords_of_address_max)
        return nullptr;
    ++count;
    return {taken_.get(), [taken = taken_, key = std::move(key)](void*) {
                const std::lock_guard ending(taken->mutex);
                if (--taken->by_address[key] == 0)
                    taken->by_address.erase(key);
            }};
}

} // namespace settled::api
