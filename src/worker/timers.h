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
#include "base/repeating_task.h"
#include "base/task.h"
#include "node/membership.h"
#include "store/queries/tasks.h"
#include "store/store.h"
#include "units/context.h"
#include "worker/probe.h"

#include <boost/asio/io_context.hpp>

#include <span>

namespace settled::worker {

class Timers {
  public:
    Timers(boost::asio::io_context& io, store::Store& store, const units::Context& context,
           const Clock& clock, const Probe& probe, const node::Membership& node);

    void start() { task_.start(); }
    void stop() { task_.stop(); }
    // What is due now, if this node is to do it; true when there may be more that can be done.
    Task<bool> run_due();
    // Payments that are overdue now, matches that can be sealed and connectors that fell silent or are heard again,
    // if this node is to do it.
    Task<> sweep();

  private:
    static constexpr std::chrono::seconds sweep_interval{30}; // how late an alarm may be

    Task<std::chrono::microseconds> round();
    Task<bool> carry_out(std::span<const store::TaskRow> due);
    Task<> seal(TenantId tenant);
    Task<> watch_connectors(TenantId tenant);
    Task<> fill_words(TenantId tenant);
    Task<> sweep_rail(TenantId tenant, match::Rail rail);

    store::Store& store_;
    const units::Context& context_;
    const Clock& clock_;
    const Probe& probe_;
    const node::Membership& node_;
    RepeatingTask task_;
    Clock::Steady next_sweep_; // when to look for overdue payments again
};

} // namespace settled::worker
