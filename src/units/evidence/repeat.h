// Facts that were recorded happen again, in another store and by a clock that follows them.
#pragma once

#include "units/context.h"
#include "units/evidence/recorded.h"

#include <atomic>
#include <memory>

namespace settled::units {

// Shows the time of the facts. It never goes back.
class FactClock final : public Clock {
  public:
    Instant now() const override { return {us_.load()}; }
    Steady steady() const override { return Steady(std::chrono::microseconds(us_.load())); }
    void follow(Instant at) {
        if (at.us > us_.load())
            us_.store(at.us);
    }
    // True once in a quarter of an hour: to look for overdue payments, as a server does all along.
    bool is_time_to_sweep() {
        if (us_.load() < next_sweep_.load())
            return false;
        next_sweep_ = us_.load() + std::chrono::microseconds(std::chrono::minutes(15)).count();
        return true;
    }

  private:
    std::atomic<std::int64_t> us_{0};
    std::atomic<std::int64_t> next_sweep_{0};
};

struct Repeated {
    std::int64_t decisions = 0;
    std::int64_t decisions_void = 0;
};

// Repeats the facts in their order, with every timer that is due before each of them.
store::Step<Repeated> repeat(store::Session& s, const Context& context, TenantId tenant,
                             FactClock& clock,
                             std::shared_ptr<const std::vector<RecordedFact>> facts);
// A bite of the timers that are due until then. True: there may be more.
store::Step<bool> let_time_pass(store::Session& s, const Context& context, FactClock& clock,
                                Instant until);

} // namespace settled::units
