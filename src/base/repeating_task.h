// Work of the background that is done again and again, with a wait after each round, until it is stopped.
//
//     RepeatingTask task_{io, 5s, [this] { return look(); }};
//
// Threads: all of it on one io_context. What the rounds refer to lives until that has run out of work.
#pragma once

#include "base/task.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>

namespace settled {

class RepeatingTask {
  public:
    // A round says how long to wait before the next one; 0: not at all.
    using Round = std::function<Task<std::chrono::microseconds>()>;
    RepeatingTask(boost::asio::io_context& io, Round round);
    // The same wait after each round.
    RepeatingTask(boost::asio::io_context& io, std::chrono::microseconds interval,
                  std::function<Task<>()> round);

    // At most once. The first round begins at once.
    void start();
    // The round under way is the last, and a wait ends now. Before start(): there is no round.
    void stop();
    bool is_stopped() const { return is_stopped_; }
    // A rest within a round, which stop() ends.
    Task<> wait(std::chrono::microseconds time);

  private:
    Task<> run();

    boost::asio::io_context& io_;
    Round round_;
    boost::asio::steady_timer timer_;
    bool is_stopped_ = false;
};

} // namespace settled
