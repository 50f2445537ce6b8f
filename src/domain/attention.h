// From when on a person's attention is wanted: what /v1/status, `settled doctor` and the rules for alerts
// share. Settings: [attention].
#pragma once

#include <chrono>

namespace settled::domain {

struct Attention {
    // A delivery that was owed longer ago and is not done.
    std::chrono::seconds backlog = std::chrono::minutes(5);
    // An open review, or money that no payment was found for, that waits for longer.
    std::chrono::hours review = std::chrono::hours(24);
    // Of the store's disk.
    int free_percent = 10;
};

} // namespace settled::domain
