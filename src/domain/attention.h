// From when on a person's attention is wanted: what /v1/status, `settled doctor` and the rules for alerts
// share. Settings: [attention].
#pragma once

#include <chrono>
#include <cstdint>

namespace settled::domain {

struct Attention {
    // A delivery that was owed longer ago and is not done.
    std::chrono::seconds backlog = std::chrono::minutes(5);
    // An open review, or money that no payment was found for, that waits for longer.
    std::chrono::hours review = std::chrono::hours(24);
    // Of the store's disk. Below free_bytes_min it is a failure: the log of changes and the copies of a
    // transaction need some.
    int free_percent = 10;
    static constexpr std::uint64_t free_bytes_min = std::uint64_t{256} * 1024 * 1024;
    // A key, token or certificate whose end is nearer.
    std::chrono::days expiry = std::chrono::days(30);
    // How old the last verified backup may be; 0: none is asked for.
    std::chrono::hours backup = std::chrono::hours(0);
};

} // namespace settled::domain
