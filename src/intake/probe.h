// What intake counts.
#pragma once

#include "base/error.h"
#include "observe/metrics.h"
#include "units/webhooks/accept_webhook.h"

#include <array>
#include <map>

namespace settled::intake {

class Probe {
  public:
    explicit Probe(observe::Metrics& metrics);

    void accepted(units::Accepted::Kind kind, std::chrono::microseconds took);
    void refused(Code code);

  private:
    std::array<observe::Counter, units::accepted_kinds> accepted_;
    std::map<Code, observe::Counter> refused_;
    observe::Histogram answer_;
};

} // namespace settled::intake
