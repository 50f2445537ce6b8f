// The thread that commits. See sqlite_store.h for what it promises.
#pragma once

#include "store/job_queue.h"
#include "store/online_backup.h"
#include "store/sqlite/connection_session.h"
#include "store/sqlite/online_copy.h"
#include "store/sqlite/time_seen.h"
#include "store/store.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace settled::store::sqlite {

class Writer {
  public:
    // `time`: what commits leave the time of; null for none.
    Writer(Connection connection, const Clock* time);
    ~Writer();

    void submit(std::unique_ptr<Job> job);
    void set_listener(Store::Listener listener) { listener_ = std::move(listener); }
    // As OnlineBackup says it.
    void copy_to(std::string file, std::function<void(Result<>)> done);
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
    void step_copy();
    void end_copy(const Result<>& outcome);
    bool is_copying() const;
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
    struct Copy {
        std::string file;
        std::function<void(Result<>)> done;
        std::optional<OnlineCopy> under_way; // of the writer's thread alone
    };
    mutable std::mutex copy_mutex_;
    std::unique_ptr<Copy> copy_; // null: none is made
    mutable std::mutex health_mutex_;
    Health health_;
    std::atomic<bool> stopped_for_good_{false}; // an fsync failed
    std::atomic<std::uint64_t> commits_{0}, units_{0};
    std::atomic<std::int64_t> last_commit_us_{0};
    std::thread thread_; // last: starts when all else is there
};

} // namespace settled::store::sqlite
