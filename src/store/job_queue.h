// Where submitters leave jobs for an engine's thread. Bounded; closed once.
//
// Callers go first. What is done in the background (a catch-up, the import of a statement, a purge)
// comes in bites of a few milliseconds, and a webhook that comes while one is carried out waits for its
// end; so no more of them may be in its way than that one:
//
// 1. A background job is taken alone: no caller waits for it in the same commit.
// 2. It is taken only when no foreground job waits, or when it has been passed over
//    background_passed_over_max times: under steady load it goes on, if slowly.
// 3. Each kind keeps the order in which it came.
//
// Threads: any. With several takers, each may have a background job at the same time.
#pragma once

#include "base/limits.h"
#include "store/job.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace settled::store {

// Commits of foreground jobs that a background job lets go first at most.
inline constexpr std::size_t background_passed_over_max = 8;

class JobQueue {
  public:
    using Jobs = std::vector<std::unique_ptr<Job>>;

    // False when the queue is full or closed; the job stays with the caller.
    bool push(std::unique_ptr<Job>& job);
    // Waits for a first job, at most `idle_max` if that is given, then, if `patience` is not zero,
    // until `enough` foreground jobs are there or `patience` is over. Empty when no job came or the
    // queue is drained.
    Jobs take(std::size_t enough, std::chrono::microseconds patience, std::size_t most,
              std::optional<std::chrono::milliseconds> idle_max = std::nullopt);
    // take() returns, even if there is no job.
    void nudge();
    void close();
    bool closed() const;
    // Closed, and everything was taken.
    bool drained() const;
    std::size_t size() const;

  private:
    // Under the mutex.
    std::size_t waiting() const { return foreground_.size() + background_.size(); }
    bool is_background_next() const;
    Jobs take_background();
    Jobs take_foreground(std::size_t most);

    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    Jobs foreground_;
    std::deque<std::unique_ptr<Job>> background_;
    std::size_t passed_over_ = 0; // how often foreground jobs went before the first of background_
    std::size_t wake_at_ = 1;     // how many foreground jobs the taker waits for
    bool nudged_ = false;
    bool closed_ = false;
};

} // namespace settled::store
