// Keeps this process among the nodes of the installation: takes a number, renews its lease, sees
// who else is there and what they changed, and clears up after nodes whose lease has run out.
//
// One lease is all that a node has to renew: whatever it holds (its number, tasks, jobs) is held
// under the holder of that lease and is valid as long as it. docs/decisions/0012-nodes.md has the
// reasons.
//
// On a store that one process has alone (SQLite) there are no rows: the right has no end, and what
// is held was held by a process that is dead.
//
// Threads: one io_context, except join() and leave(), which come before and after it runs. What it
// finds out is in Membership and IdMint, which all threads read.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/repeating_task.h"
#include "base/rising_clock.h"
#include "base/task.h"
#include "node/membership.h"
#include "node/probe.h"
#include "node/roles.h"
#include "node/steps.h"
#include "store/store.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>

namespace settled::node {

struct KeeperDeps {
    store::Store& store;
    const Clock& clock;
    IdMint& ids;
    Membership& membership;
    const Probe& probe;
    std::string instance; // for people: host and process
    Roles roles;
    std::chrono::microseconds lease = limits::node_lease_default;
    bool is_alone = true; // no other process can use the store
    // Follows the store's clock from look to look, so that all nodes judge leases by one; null
    // where there is none to follow.
    RisingClock* time = nullptr;
    WhenLost when_lost = nullptr; // of each other node that is lost; null: nothing is done
    std::string version = {};     // of the program, for people
};

class NodeLease {
  public:
    explicit NodeLease(KeeperDeps deps) : deps_(std::move(deps)) {}

    // Takes a number. Fails with node_unleased when there is none, or as the store does.
    Task<Result<>> join();
    // Gives everything back, so that others go on at once. Nothing may be under way any more.
    Task<> leave();

    // A book (store/queries/nodes.h) was changed by some node; called with its name. Set before start().
    void on_book_changed(std::function<void(std::string_view)> listener) {
        book_changed_ = std::move(listener);
    }
    // Tasks were given back: workers should look into their lanes. Set before start().
    void on_tasks_freed(std::function<void()> listener) { tasks_freed_ = std::move(listener); }

    void start(boost::asio::io_context& io);
    void stop();
    // Lets go of the io_context, which has run out of work and may be destroyed from now on.
    void release_io();

    // What start() repeats. A lease that has run out is given up for a new one.
    Task<Result<>> renew();
    Task<Result<>> look();
    // Gives back all that is held under leases that the last look() found to be over.
    Task<> clear_up();
    // Tasks whose holder is gone altogether: a process that was paused in the middle of a commit
    // has left them. Free for others now; returns how many.
    Task<Result<std::int64_t>> free_orphans();

  private:
    void join_alone();
    // Rounds of the tasks below.
    Task<std::chrono::microseconds> free_what_was_held();
    Task<std::chrono::microseconds> keep_renewing();
    Task<std::chrono::microseconds> keep_looking();
    Task<> claim_jobs(std::vector<store::JobRow> jobs, std::int64_t holder);
    Task<Result<>> clear_up_after(std::int64_t holder);
    bool note_nodes(const std::vector<store::NodeRow>& nodes, Instant now, Clock::Steady begin);
    void note_books(const std::vector<store::BookRow>& books);
    bool is_over(const store::NodeRow& node, Instant now) const;
    void give_up(std::string_view why);

    KeeperDeps deps_;
    std::function<void(std::string_view)> book_changed_;
    std::function<void()> tasks_freed_;
    std::map<std::string, std::int64_t, std::less<>> books_; // versions seen
    std::vector<std::int64_t> over_;                         // holders whose lease has ended
    Clock::Steady orphans_at_{};                             // when they are looked for again
    std::unique_ptr<RepeatingTask> renewing_, looking_;
    bool is_clearing_ = false;
    bool stopped_ = false;
};

} // namespace settled::node
