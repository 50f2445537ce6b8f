// Where submitters leave jobs for an engine's thread. Bounded; closed once.
#pragma once

#include "base/limits.h"
#include "store/job.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace settled::store {

class JobQueue {
  public:
    // False when the queue is full or closed; the job stays with the caller.
    bool push(std::unique_ptr<Job>& job);
    // Waits for a first job, at most `idle_max` if that is given, then, if `patience` is not zero,
    // until `enough` jobs are there or `patience` is over. Empty when no job came or the queue is
    // drained.
    std::vector<std::unique_ptr<Job>>
    take(std::size_t enough, std::chrono::microseconds patience, std::size_t most,
         std::optional<std::chrono::milliseconds> idle_max = std::nullopt);
    // take() returns, even if there is no job.
    void nudge();
    void close();
    bool closed() const;
    // Closed, and everything was taken.
    bool drained() const;
    std::size_t size() const;

  private:
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::unique_ptr<Job>> jobs_;
    std::size_t wake_at_ = 1; // how many jobs the taker waits for
    bool nudged_ = false;
    bool closed_ = false;
};

} // namespace settled::store
