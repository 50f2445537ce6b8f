// Lanes that wait for a place, in the order of their coming, tenants in turn: one with a thousand
// endpoints gets no more than one with a single endpoint. Plain rules, one thread.
#pragma once

#include "base/assert.h"
#include "base/id.h"

#include <deque>
#include <map>

namespace settled::worker {

class FairLine {
  public:
    bool empty() const { return turns_.empty(); }
    void push(TenantId tenant, EndpointId lane) {
        std::deque<EndpointId>& lanes = lanes_[tenant];
        if (lanes.empty())
            turns_.push_back(tenant);
        lanes.push_back(lane);
    }
    // The next lane leaves the line.
    EndpointId pop() {
        SETTLED_ASSERT(!turns_.empty(), "an empty line has no next lane");
        const TenantId tenant = turns_.front();
        turns_.pop_front();
        const auto found = lanes_.find(tenant);
        const EndpointId lane = found->second.front();
        found->second.pop_front();
        if (found->second.empty())
            lanes_.erase(found);
        else
            turns_.push_back(tenant);
        return lane;
    }

  private:
    std::map<TenantId, std::deque<EndpointId>> lanes_; // none is empty
    std::deque<TenantId> turns_;                       // each tenant in lanes_, once
};

} // namespace settled::worker
