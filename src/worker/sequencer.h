// Gives what was committed its place in the feeds (store/queries/feeds.h), ten times a second.
//
// The node that does the timers does it. What has waited for longer than a moment is done by any
// node that sees it: the feeds do not stand still until a dead node's lease is over. If several do
// it at a time, one of them has the turn and the others find nothing to do.
//
// Threads: one io_context; one Sequencer in the process.
#pragma once

#include "base/clock.h"
#include "base/repeating_task.h"
#include "base/task.h"
#include "node/membership.h"
#include "store/queries/feeds.h"
#include "store/store.h"

#include <boost/asio/io_context.hpp>

namespace settled::worker {

class Sequencer {
  public:
    Sequencer(boost::asio::io_context& io, store::Store& store, const Clock& clock,
              const node::Membership& node);

    void start() { task_.start(); }
    void stop() { task_.stop(); }
    // What waits now, if this node is to do it. False: the store failed.
    Task<bool> run_once();
    // After stop(), when nothing writes any more: what waits gets its place, whichever node would do
    // it, so that the next start finds nothing to do.
    Task<> finish();

  private:
    Task<std::chrono::microseconds> round();
    bool is_ours(const store::WaitingForFeeds& waiting) const;
    Task<bool> order(TenantId tenant);
    Task<bool> order_all(bool whichever_node);

    store::Store& store_;
    const Clock& clock_;
    const node::Membership& node_;
    RepeatingTask task_;
};

} // namespace settled::worker
