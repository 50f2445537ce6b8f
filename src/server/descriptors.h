// File descriptors: how many the process has, and what that leaves for each use.
//
// Connections and attempts are bounded by what is there, not by what the system refuses in the
// middle of something: the store, health checks and the bank always find theirs.
#pragma once

#include "server/config.h"

#include <cstddef>

namespace settled::server {

struct DescriptorPlan {
    std::size_t descriptors = 0; // all that the process may have
    std::size_t connections = 0; // of clients
    std::size_t connections_per_address = 0;
    std::size_t attempts = 0; // at partners' endpoints, under way; as many may wait in pools
    bool is_short = false;    // more descriptors would be of use
};

// Raises the soft limit to the hard one, which needs no privilege, and returns what is then
// allowed.
std::size_t raise_descriptor_limit();

// Fails with config_invalid when nothing useful could be done with so few.
Result<DescriptorPlan> plan_descriptors(std::size_t descriptors, const Config& config,
                                        std::size_t threads);
// How many it takes for every limit to be the one of base/limits.h.
std::size_t descriptors_wanted(const Config& config, std::size_t threads);

} // namespace settled::server
