// What the model bank does after a while: outcomes and returns that rules delay. One timer for all.
//
// Threads: used on its io_context only. After stop() nothing runs any more, so that what is
// scheduled may refer to objects that end then.
#pragma once

#include "base/clock.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>

namespace settled::sandbox {

class Later : public std::enable_shared_from_this<Later> {
  public:
    static std::shared_ptr<Later> make(boost::asio::io_context& io, const Clock& clock);

    // At once when there is nothing to wait for.
    void after(std::chrono::milliseconds wait, std::function<void()> act);
    std::size_t scheduled() const { return acts_.size(); }
    void stop();

  private:
    Later(boost::asio::io_context& io, const Clock& clock) : clock_(clock), timer_(io) {}
    void arm();
    void run_due();

    const Clock& clock_;
    boost::asio::steady_timer timer_;
    std::multimap<Clock::Steady, std::function<void()>> acts_;
};

} // namespace settled::sandbox
