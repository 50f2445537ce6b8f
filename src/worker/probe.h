// What the workers count.
#pragma once

#include "domain/delivery.h"
#include "observe/metrics.h"
#include "store/queries/purges.h"

namespace settled::worker {

class Probe {
  public:
    explicit Probe(observe::Metrics& metrics);

    // An attempt ended after `took`, network and partner included.
    void attempted(domain::AfterAttempt next, std::chrono::microseconds took) const;
    // Deliveries were taken over from the store: retries, and what other nodes left.
    void claimed(std::size_t count) const { claimed_.add(static_cast<double>(count)); }
    // An attempt was made under a claim that had passed when it was to be recorded.
    void lost() const { lost_.add(); }
    void told_unmatched() const { told_unmatched_.add(); }
    // Matches were read for what they teach.
    void learnt(std::size_t matches) const { learnt_.add(static_cast<double>(matches)); }

    // Rows of each kind were purged.
    void purged(const store::PurgeCounts& counts) const;

  private:
    std::vector<observe::Counter> attempts_; // by AfterAttempt
    observe::Histogram took_;
    observe::Counter told_unmatched_, claimed_, lost_, learnt_;
    observe::Counter payments_, settlements_, matches_, events_, deliveries_, calls_; // purged
};

} // namespace settled::worker
