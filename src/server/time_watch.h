// Reports a clock that was set: in the log, once for each time, and when the time inside has become
// the clock's again. /readyz and the metrics ask the clock itself. Each second it also lets the log
// report faults that have ended.
//
// Threads: one io_context.
#pragma once

#include "base/repeating_task.h"
#include "base/rising_clock.h"
#include "base/task.h"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <string>

namespace settled::server {

class TimeWatch {
  public:
    TimeWatch(boost::asio::io_context& io, const RisingClock& clock);

    void start() { task_.start(); }
    void stop() { task_.stop(); }

  private:
    Task<> round();
    void look();

    const RisingClock& clock_;
    RepeatingTask task_;
    std::uint64_t steps_told_ = 0;
    bool is_ahead_ = false;
    bool is_apart_ = false;
};

// What /readyz says of the clock as JSON; "" when there is nothing to say: no step for an hour, and
// all clocks agree.
std::string clock_trouble(const RisingClock& clock);

} // namespace settled::server
