// A span for each event, from one node of the installation: the one that does the timers reads the feed
// of events a moment after they are committed. The others keep a place in the feed that is one to two
// leases old, and begin there when the timers come to them. Events since that place may be exported twice,
// with the same ids. Beyond bounds::traced_events_max a second and tenant, events have no span.
//
// Threads: one io_context.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "node/membership.h"
#include "observe/traces.h"
#include "store/queries/feeds.h"
#include "store/store.h"

#include <chrono>
#include <map>

namespace settled::worker {

class EventTracer {
  public:
    EventTracer(store::Store& store, const Clock& clock, const node::Membership& node,
                std::chrono::seconds lease, observe::Traces& traces)
        : store_(store), clock_(clock), node_(node), lease_(lease), traces_(traces) {}

    // What was committed since the last time, up to bounds::traced_events_max of a tenant.
    Task<> run_once();

  private:
    struct Place {
        store::FeedPlace from;  // where the spans begin that this node exports
        store::FeedPlace later; // `from` of the time after; both are the same where it exports
    };
    Task<> look_at(TenantId tenant, Place& place);
    Task<> keep(TenantId tenant);

    store::Store& store_;
    const Clock& clock_;
    const node::Membership& node_;
    const std::chrono::seconds lease_;
    observe::Traces& traces_;
    std::map<TenantId, Place> places_;
    Clock::Steady keep_at_{}; // where other nodes export
    bool has_begun_ = false;
};

} // namespace settled::worker
