// What this process may do as one of the nodes, as of now.
//
// The NodeLease writes it; every other part reads it before it acts. Each right ends by itself, on
// the steady clock, when the NodeLease does not prolong it: a process that was paused finds on
// waking that it has no right, before it has asked the store.
//
// Threads: all methods may be called from any thread.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace settled::node {

struct Standing {
    std::int64_t holder = 0; // of the node's lease (store/queries/nodes.h); 0: it has none
    Clock::Steady lease_until{};
    bool is_worker = false;
    // Until then what is said of the others counts.
    Clock::Steady look_until{};
    // Before that it calls no partner: other workers may still be using its share of the places.
    Clock::Steady works_from{};
    std::size_t workers = 1; // live ones, this node among them
    std::size_t rank = 0;    // of this node among them, from 0
    std::set<std::string, std::less<>> jobs;
};

class Membership {
  public:
    explicit Membership(const Clock& clock) : clock_(clock) {}

    // 0: there is no lease, or it has run out.
    std::int64_t holder() const;
    bool is_member() const { return holder() != 0; }
    // How many of `places` that all nodes share it may use, for something that takes at most `time`
    // and began now. The shares of all workers make `places`, never more.
    std::size_t share(std::size_t places, std::chrono::microseconds time) const;
    bool has_other_workers() const;
    // Whether it does that job (store/queries/nodes.h) for all.
    bool does_job(std::string_view name) const;

    // For the node_lease.
    Standing standing() const;
    void set(Standing standing);

  private:
    const Clock& clock_;
    mutable std::mutex mutex_;
    Standing standing_;
};

} // namespace settled::node
