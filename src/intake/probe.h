// What intake counts.
#pragma once

#include "base/error.h"
#include "observe/metrics.h"
#include "units/webhooks/accept_webhook.h"

#include <array>
#include <string_view>

namespace settled::intake {

class Probe {
  public:
    explicit Probe(observe::Metrics& metrics);

    void accepted(units::Accepted::Kind kind, std::chrono::microseconds took);
    // `connector`: the name of one that is configured; empty: it is none of ours.
    void refused(Code code, std::string_view connector);

  private:
    std::array<observe::Counter, units::accepted_kinds> accepted_;
    observe::Metrics& metrics_;
    observe::Histogram answer_;
};

} // namespace settled::intake
