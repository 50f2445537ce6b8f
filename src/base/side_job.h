// Work that takes too long for an io thread, such as reading a large file, on a thread of its own.
//
// The thread is as nice as io threads are, so that the store's writer goes before it. Who starts jobs
// bounds how many there are at a time. The job ends with its owner: the destructor asks it to stop and
// waits for it, so that the work may refer to what its owner keeps alive; it must look at its token often.
//
// Threads: is_done() may be called by any; what the work has written before it returned is seen by who
// has seen is_done().
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <thread>

namespace settled {

class SideJob {
  public:
    explicit SideJob(std::function<void(std::stop_token)> work);
    ~SideJob(); // stops and waits
    SideJob(const SideJob&) = delete;
    SideJob& operator=(const SideJob&) = delete;

    bool is_done() const { return done_.load(std::memory_order_acquire); }

  private:
    std::atomic<bool> done_{false};
    std::jthread thread_; // the last member: it ends first
};

} // namespace settled
