// Carries out purges (units/purge/purge.h): those that a caller asked for, and once a day those that
// [retention] sets. In bites between which others have the writer (store/bite.h), by the node that
// does the retention; what a node leaves, the next one goes on with. Purges take turns, a bite each, so
// that a small tenant's does not wait for the end of a large one's.
//
// Threads: one io_context; one Purger in the process.
#pragma once

#include "base/clock.h"
#include "base/repeating_task.h"
#include "base/task.h"
#include "domain/retention.h"
#include "node/membership.h"
#include "store/bite.h"
#include "store/queries/nodes.h"
#include "store/queries/purges.h"
#include "store/store.h"
#include "units/context.h"
#include "units/purge/purge.h"
#include "worker/probe.h"

#include <boost/asio/io_context.hpp>

namespace settled::worker {

struct PurgerDeps {
    store::Store& store;
    const units::Context& context;
    const Clock& clock;
    const Probe& probe;
    const node::Membership& node;
    domain::Retention retention;
};

class Purger {
  public:
    Purger(boost::asio::io_context& io, PurgerDeps deps);

    void start() { task_.start(); }
    void stop() { task_.stop(); } // the step that is under way is the last
    // All that is to be purged now, if this node is to do it.
    Task<> run_once();

  private:
    Task<Result<>> begin_daily();
    // True: there is more.
    Task<Result<bool>> take_bite(store::RunningPurge purge);
    bool goes_on() const {
        return !task_.is_stopped() && deps_.node.does_job(store::job_retention);
    }

    PurgerDeps deps_;
    RepeatingTask task_;
    store::Appetite appetite_;
    std::chrono::microseconds last_bite_{}; // how long it took
    Clock::Steady next_daily_{};
};

} // namespace settled::worker
