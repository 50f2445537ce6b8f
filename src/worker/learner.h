// Learns from matches (units/learning/learn.h), and forgets minted references that have expired: in the
// background, by one node for all (store::job_learning).
//
// Threads: one io_context; one Learner in the process.
#pragma once

#include "base/clock.h"
#include "base/repeating_task.h"
#include "base/task.h"
#include "node/membership.h"
#include "store/queries/nodes.h"
#include "store/store.h"
#include "units/context.h"
#include "units/learning/learn.h"
#include "worker/probe.h"

#include <boost/asio/io_context.hpp>

#include <functional>

namespace settled::worker {

struct LearnerDeps {
    store::Store& store;
    const units::Context& context;
    const Clock& clock;
    const Probe& probe;
    const node::Membership& node;
    // How old a match is before it is learnt from: longer than a transaction takes.
    std::chrono::seconds lag;
    // Awaited after plans have changed: this node's book is read again.
    std::function<Task<>()> plans_changed;
};

class Learner {
  public:
    Learner(boost::asio::io_context& io, LearnerDeps deps);

    void start() { task_.start(); }
    void stop() { task_.stop(); }
    // All that there is to learn now, if this node is to do it.
    Task<> run_once();

  private:
    Task<Result<bool>> learn_of(TenantId tenant); // true: plans have changed
    Task<> forget_references(TenantId tenant);
    bool goes_on() const { return !task_.is_stopped() && deps_.node.does_job(store::job_learning); }

    LearnerDeps deps_;
    RepeatingTask task_;
};

} // namespace settled::worker
