// One transaction of many units: their statements are mixed in one pipeline, each unit going on
// when its own answer is there.
//
// Turns (turns.h) keep units of the group apart that name the same lock; advisory locks of the
// transaction keep other connections and nodes out. The locks that units name before their first
// statement are taken in one statement and one order. A lock that is named later is only tried;
// when it is taken, the group must run again, and then with all the locks that its units named.
#pragma once

#include "store/job.h"
#include "store/postgres/connection.h"
#include "store/postgres/turns.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::store::postgres {

// A job and the locks that it has named in earlier runs.
struct Member {
    std::unique_ptr<Job> job;
    std::vector<LockName> locks;
};

class Transaction {
  public:
    // `mark` is written first, under the writer's own key; nullopt for a transaction that reads.
    struct Mark {
        std::int64_t writer;
        std::int64_t sequence;
        Instant time; // of what is in it, at the latest; 0: it is not kept
    };
    Transaction(Connection& connection, std::vector<Member>& members, std::optional<Mark> mark);
    ~Transaction();

    // Runs every unit to its end. On a failure nothing of the transaction is stored.
    Attempt<> run_units();
    // Queues the COMMIT.
    void send_commit();
    // Waits for it, at most until `give_up`. A failure is `in_doubt` when the database may have
    // committed.
    Attempt<> finish_commit(Connection::Steady::time_point give_up);
    // What the units noted, in their order.
    std::vector<TaskNote> take_notes();

  private:
    class Unit;
    // What a unit waits for: rows, the result of a try for locks, or the units before it.
    enum class Waits : std::uint8_t { no, rows, tried, turn };

    void begin();
    void take_all_named();
    Waits ask_for(Unit& unit, const Locks& locks);
    bool holds(const LockName& lock) const;
    void go_on(Unit& unit);
    void resume(Unit& unit);
    void after_resume(Unit& unit);
    void let_next_go();
    void leave_counted();

    Connection& connection_;
    std::vector<Member>& members_;
    std::optional<Mark> mark_;
    std::vector<std::unique_ptr<Unit>> units_;
    Turns turns_;
    std::vector<LockName> held_;
    std::vector<std::size_t> may_be_next_; // units whose turn may have come
    bool starting_ = true;                 // locks are gathered and not taken yet
    bool conflict_ = false;
    std::size_t done_ = 0;
};

} // namespace settled::store::postgres
