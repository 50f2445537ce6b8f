// How often an address (or a name) has tried to sign in within the last minute, and who has how many
// passwords under way.
//
// Thread-safe. Counts are kept by each process alone: nodes behind one name allow as many each.
#pragma once

#include "base/clock.h"

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace settled::api {

class Tries {
  public:
    Tries();
    explicit Tries(std::size_t most) : counted_max_(most) {}

    // False: there were too many. An IPv6 host counts with its whole /64. Beyond the bound the count of
    // the one that has tried least recently is dropped, never that of one that is being guessed at.
    bool take(std::string_view address, Clock::Steady now);

  private:
    struct Minute {
        Clock::Steady since;
        int count = 0;
        std::list<std::string>::iterator place;
    };
    std::mutex mutex_;
    const std::size_t counted_max_;
    std::map<std::string, Minute, std::less<>> minutes_;
    std::list<std::string> by_use_; // the most recent first
};

// Passwords that are being checked, some of one address at a time: each takes a tenth of a second of the
// one thread that checks them.
class PasswordShares {
  public:
    // Null: the address has as many as it may. The share is given back with the last copy.
    std::shared_ptr<void> take(std::string_view address);

  private:
    struct Taken {
        std::mutex mutex;
        std::map<std::string, int, std::less<>> by_address;
    };
    std::shared_ptr<Taken> taken_ = std::make_shared<Taken>();
};

} // namespace settled::api
