// Replies that are kept back on purpose: a slow bank, or one that says nothing. All of them can be
// released at once, so that no test has to wait.
//
// Threads: used on one io_context only.
#pragma once

#include "base/task.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <unordered_set>

namespace settled::sandbox {

class Pauses {
  public:
    explicit Pauses(boost::asio::io_context& io) : io_(io) {}

    // Returns when the time is over or after end_all().
    static Task<> wait(std::shared_ptr<Pauses> self, std::chrono::milliseconds time);
    void end_all();
    std::size_t waiting() const { return timers_.size(); }

  private:
    boost::asio::io_context& io_;
    std::unordered_set<boost::asio::steady_timer*> timers_;
};

} // namespace settled::sandbox
