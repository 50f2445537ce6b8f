// Which deliveries this node holds from the commit that caused them: those of lanes with room,
// while it may call partners. Thread-safe: asked on the store's thread, updated by the dispatchers.
#pragma once

#include "node/membership.h"
#include "units/context.h"

#include <set>
#include <shared_mutex>

namespace settled::worker {

class Claims final : public units::TaskClaims {
  public:
    explicit Claims(const node::Membership& node) : node_(node) {}

    std::int64_t holder_for(EndpointId endpoint) const override;

    // A lane has no room, or has it again.
    void close(EndpointId endpoint);
    void open(EndpointId endpoint);
    // The node is about to end: from now on it holds nothing new.
    void close_all();

  private:
    const node::Membership& node_;
    mutable std::shared_mutex mutex_;
    std::set<EndpointId> closed_;
    bool all_closed_ = false;
};

} // namespace settled::worker
