// What the workers count.
#pragma once

#include "flow/delivery.h"
#include "observe/metrics.h"

namespace settled::worker {

class Probe {
  public:
    explicit Probe(observe::Metrics& metrics);

    // An attempt ended after `took`, network and partner included.
    void attempted(flow::AfterAttempt next, std::chrono::microseconds took) const;
    void told_unmatched() const { told_unmatched_.add(); }

  private:
    std::vector<observe::Counter> attempts_; // by AfterAttempt
    observe::Histogram took_;
    observe::Counter told_unmatched_;
};

} // namespace settled::worker
