// Carries out the outbox's timers: settlements that waited are decided, and published as unmatched
// if their payment has not come; returns look for their settlement. It also looks for payments that
// are overdue, and seals the evidence of matches (units/evidence/seal.h).
//
// One node does it for all (store::job_timers). If two should do so for a moment, each timer still
// has its effect once: the unit ends the task that it carries out.
//
// Threads: one io_context; one Timers in the process.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "node/membership.h"
#include "store/queries/tasks.h"
#include "store/store.h"
#include "units/context.h"
#include "worker/probe.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <span>

namespace settled::worker {

class Timers {
  public:
    Timers(boost::asio::io_context& io, store::Store& store, const units::Context& context,
           const Clock& clock, const Probe& probe, const node::Membership& node)
        : io_(io), store_(store), context_(context), clock_(clock), probe_(probe), node_(node),
          pause_(io), next_sweep_(clock.steady() + sweep_interval) {}

    void start();
    void stop();
    bool stopped() const { return stopped_; }
    // What is due now, if this node is to do it; true when there may be more that can be done.
    Task<bool> run_due();
    // Payments that are overdue now, matches that can be sealed and connectors that fell silent or are heard again,
    // if this node is to do it.
    Task<> sweep();

  private:
    static constexpr std::chrono::seconds sweep_interval{30}; // how late an alarm may be

    Task<> watch();
    Task<bool> carry_out(std::span<const store::TaskRow> due);
    Task<> seal(TenantId tenant);
    Task<> watch_connectors(TenantId tenant);
    Task<> fill_words(TenantId tenant);
    Task<> sweep_rail(TenantId tenant, match::Rail rail);

    boost::asio::io_context& io_;
    store::Store& store_;
    const units::Context& context_;
    const Clock& clock_;
    const Probe& probe_;
    const node::Membership& node_;
    boost::asio::steady_timer pause_;
    Clock::Steady next_sweep_; // when to look for overdue payments again
    bool stopped_ = false;
};

} // namespace settled::worker
