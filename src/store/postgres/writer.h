// The thread that commits, with a connection of its own. See postgres_store.h for what it promises.
#pragma once

#include "store/job_queue.h"
#include "store/postgres/availability.h"
#include "store/postgres/transaction.h"

#include <atomic>
#include <chrono>
#include <thread>

namespace settled::store::postgres {

// What the writers of a store share.
struct Writing {
    ConnectionInfo info;
    const Clock* time; // that commits leave; null: none
    JobQueue queue;
    Availability available;
    Store::Listener listener;
    std::atomic<std::uint64_t> commits{0}, units{0};
    std::atomic<std::int64_t> last_commit_us{0};
    std::atomic<std::uint64_t> reruns{0}; // of groups that others were in the way of
};

class Writer {
  public:
    // `id` is this writer's row in writer_mark: random, so that no two are the same.
    Writer(Writing& shared, std::unique_ptr<Connection> connection, std::int64_t id);
    // The queue must be closed first.
    ~Writer();

  private:
    using Group = std::vector<Member>;
    using Steady = std::chrono::steady_clock;
    enum class Fate : std::uint8_t { committed, not_committed, unknown };

    void loop();
    std::chrono::microseconds patience() const;
    void serve(Group group);
    void commit(Group& group, Steady::time_point give_up);
    void commit_one_by_one(Group& group, Steady::time_point give_up);
    Attempt<> run_once(Group& group, Steady::time_point give_up);
    Result<> connect_until(Steady::time_point give_up);
    Fate ask_fate(Steady::time_point give_up);
    Attempt<std::int64_t> last_committed(Steady::time_point give_up);
    void idle();
    void wait_down();
    void note_down(const Error& error);
    void fail_all(Group& group, const Error& error);
    static void deliver(Group group);

    Writing& shared_;
    std::unique_ptr<Connection> connection_;
    std::int64_t id_;
    std::int64_t sequence_ = 0; // of the last transaction that was begun
    std::size_t last_group_ = 0;
    bool down_ = false;
    std::vector<TaskNote> notes_;
    std::thread thread_; // last: starts when all else is there
};

} // namespace settled::store::postgres
