// The thread that commits. See sqlite_store.h for what it promises.
#pragma once

#include "store/job_queue.h"
#include "store/sqlite/connection_session.h"
#include "store/sqlite/time_seen.h"
#include "store/store.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace settled::store::sqlite {

class Writer {
  public:
    // `time`: what commits leave the time of; null for none.
    Writer(Connection connection, const Clock* time);
    ~Writer();

    void submit(std::unique_ptr<Job> job);
    void set_listener(Store::Listener listener) { listener_ = std::move(listener); }
    Health health() const;
    StoreStats stats() const;
    void stop();

  private:
    using Group = std::vector<std::unique_ptr<Job>>;

    void loop();
    std::chrono::microseconds patience() const;
    void commit(Group group);
    Result<> run_group(ConnectionSession& session, Group& group);
    Result<> run_one_by_one(ConnectionSession& session, Group& group);
    std::optional<std::chrono::milliseconds> idle_max() const;
    void checkpoint_from(int frames);
    bool is_failing() const;
    void try_again();
    void note_outcome(const Result<>& outcome);

    Connection connection_;
    TimeSeen time_seen_;
    JobQueue queue_;
    Store::Listener listener_;
    std::size_t last_group_ = 0;
    bool checkpointed_ = true; // nothing was committed since the last checkpoint
    mutable std::mutex health_mutex_;
    Health health_;
    std::atomic<bool> stopped_for_good_{false}; // an fsync failed
    std::atomic<std::uint64_t> commits_{0}, units_{0};
    std::atomic<std::int64_t> last_commit_us_{0};
    std::thread thread_; // last: starts when all else is there
};

} // namespace settled::store::sqlite
