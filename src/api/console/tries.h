// How often an address has tried to sign in within the last minute.
//
// Thread-safe. Counts are kept by each process alone: nodes behind one name allow as many each.
#pragma once

#include "base/clock.h"

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace settled::api {

class Tries {
  public:
    // False: there were too many. An IPv6 host counts with its whole /64.
    bool take(std::string_view address, Clock::Steady now);

  private:
    struct Minute {
        Clock::Steady since;
        int count = 0;
    };
    std::mutex mutex_;
    std::map<std::string, Minute, std::less<>> minutes_;
};

} // namespace settled::api
