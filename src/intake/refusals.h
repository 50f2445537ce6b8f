// Which connectors' webhooks this node refuses: of each how many in the last hour, why, and whether one
// has been taken since. Kept in memory alone, since a refused webhook leaves nothing.
//
// Threads: any.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"

#include <array>
#include <cstdint>
#include <map>
#include <mutex>

namespace settled::intake {

struct Refused {
    std::int64_t last_hour = 0;
    bool is_refusing = false;   // the newest webhook was refused
    Code code = Code::internal; // why
    Instant at = {};
};

class Refusals {
  public:
    void refused(ConnectorId connector, Code code, Instant now);
    void accepted(ConnectorId connector);
    Refused of(ConnectorId connector, Instant now) const;

  private:
    static constexpr std::size_t minutes = 60;
    struct Minute {
        std::int64_t number = -1; // since 1970
        std::int64_t count = 0;
    };
    struct State {
        std::array<Minute, minutes> counted;
        Refused newest;
    };

    mutable std::mutex mutex_;
    std::map<ConnectorId, State> states_; // of connectors that are configured: at most as many
};

} // namespace settled::intake
