// What the bus counts.
#pragma once

#include "base/error.h"
#include "observe/metrics.h"

#include <array>
#include <atomic>
#include <memory>

namespace settled::kafka {

// What became of a record.
enum class Outcome : std::uint8_t { registered, known, ignored, dead_lettered };

class Probe {
  public:
    explicit Probe(observe::Metrics& metrics);

    void ended(Outcome outcome) const { records_[static_cast<std::size_t>(outcome)].add(); }
    void store_failed() const { store_failed_.add(); }
    void paused() const { paused_.add(); }
    void produced(std::chrono::microseconds took) const { produce_.observe(took); }
    void produce_failed(Code code) const;
    // Records that wait in the topics, of all consumers together.
    void lag_moved(std::int64_t by) const { lag_->fetch_add(by, std::memory_order_relaxed); }

  private:
    std::array<observe::Counter, 4> records_; // by Outcome
    observe::Counter store_failed_;
    observe::Counter paused_;
    observe::Histogram produce_;
    std::array<observe::Counter, 2> produce_failed_; // unavailable, refused
    std::shared_ptr<std::atomic<std::int64_t>> lag_; // the metrics read it as long as they live
};

} // namespace settled::kafka
