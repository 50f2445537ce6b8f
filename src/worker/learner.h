// Learns from matches (units/learning/learn.h), and forgets minted references that have expired: in the
// background, by one node for all (store::job_learning).
//
// Threads: one io_context; one Learner in the process.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "node/membership.h"
#include "store/queries/nodes.h"
#include "store/store.h"
#include "units/context.h"
#include "units/learning/learn.h"
#include "worker/probe.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

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
    Learner(boost::asio::io_context& io, LearnerDeps deps)
        : io_(io), deps_(std::move(deps)), pause_(io) {}

    void start();
    void stop();
    // All that there is to learn now, if this node is to do it.
    Task<> run_once();

  private:
    Task<> watch();
    Task<Result<bool>> learn_of(TenantId tenant); // true: plans have changed
    Task<> forget_references(TenantId tenant);
    bool goes_on() const { return !stopped_ && deps_.node.does_job(store::job_learning); }

    boost::asio::io_context& io_;
    LearnerDeps deps_;
    boost::asio::steady_timer pause_;
    bool stopped_ = false;
};

} // namespace settled::worker
