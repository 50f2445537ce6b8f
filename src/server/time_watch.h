// Reports a clock that was set: in the log, once for each time, and when the time inside has become
// the clock's again. /readyz and the metrics ask the clock itself. Each second it also lets the log
// report faults that have ended.
//
// Threads: one io_context.
#pragma once

#include "base/rising_clock.h"
#include "base/task.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <string>

namespace settled::server {

class TimeWatch {
  public:
    TimeWatch(boost::asio::io_context& io, const RisingClock& clock)
        : io_(io), clock_(clock), pause_(io) {}

    void start();
    void stop();

  private:
    Task<> watch();
    void look();

    boost::asio::io_context& io_;
    const RisingClock& clock_;
    boost::asio::steady_timer pause_;
    std::uint64_t steps_told_ = 0;
    bool is_ahead_ = false;
    bool is_apart_ = false;
    bool stopped_ = false;
};

// What /readyz says of the clock as JSON; "" when there is nothing to say: no step for an hour, and
// all clocks agree.
std::string clock_trouble(const RisingClock& clock);

} // namespace settled::server
