// Which of many equal lines are written: the first at once, then one a minute with the number of
// those that were not, so that a fault that lasts cannot fill the disk with its own log.
//
// Threads: all methods may be called from any thread.
#pragma once

#include "base/error.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::log {

class Repeats {
  public:
    using Steady = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds interval{60};

    // One of them happened. nullopt: it is counted and not written; else how many were not written
    // since the last one that was.
    std::optional<std::uint64_t> note(std::string_view event, const Error& error, Steady now);

    // What was counted and has waited for a minute, when nothing of the kind has happened since: to
    // be written for those.
    struct Counted {
        std::string event;
        Error error; // the last one's
        std::uint64_t times = 0;
    };
    std::vector<Counted> take_overdue(Steady now);

  private:
    struct Kind {
        Steady written;
        std::uint64_t unwritten = 0;
        std::string detail;
    };
    std::mutex mutex_;
    std::map<std::pair<std::string, Code>, Kind>
        kinds_; // events and codes are words of the program
};

} // namespace settled::log
