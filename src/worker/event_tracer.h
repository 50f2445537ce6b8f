// A span for each event, once in the whole installation: the node that does the timers reads the feed of
// events a moment after they are committed. Events of the seconds in which that node changes may have none.
//
// Threads: one io_context.
#pragma once

#include "base/task.h"
#include "node/membership.h"
#include "observe/traces.h"
#include "store/queries/feeds.h"
#include "store/store.h"

#include <map>

namespace settled::worker {

class EventTracer {
  public:
    EventTracer(store::Store& store, const node::Membership& node, observe::Traces& traces)
        : store_(store), node_(node), traces_(traces) {}

    // What was committed since the last time, up to bounds::traced_events_max of a tenant.
    Task<> run_once();

  private:
    Task<> look_at(TenantId tenant);

    store::Store& store_;
    const node::Membership& node_;
    observe::Traces& traces_;
    std::map<TenantId, store::FeedPlace> places_; // empty: this node does not do the timers
};

} // namespace settled::worker
