// What is counted of the nodes' leases.
#pragma once

#include "observe/metrics.h"

#include <cstdint>

namespace settled::node {

class Probe {
  public:
    explicit Probe(observe::Metrics& metrics);

    void joined() const { joined_.add(); }
    void lost() const { lost_.add(); }
    void left() const { left_.add(); }
    // Another node's lease had run out and what it held was given back.
    void swept() const { swept_.add(); }
    void gave_back(std::int64_t tasks) const { tasks_.add(static_cast<double>(tasks)); }
    void claimed_job() const { jobs_.add(); }

  private:
    observe::Counter joined_, lost_, left_, swept_, tasks_, jobs_;
};

} // namespace settled::node
