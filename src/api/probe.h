// What the API counts.
#pragma once

#include "api/routes.h"
#include "base/error.h"
#include "observe/metrics.h"

#include <map>

namespace settled::api {

class Probe {
  public:
    explicit Probe(observe::Metrics& metrics);

    void answered(const Route& route, int status) const;
    // Refused for want of a key or a scope.
    void denied(Code code) const;

  private:
    std::map<std::pair<const Route*, int>, observe::Counter> answers_; // by status / 100
    std::map<Code, observe::Counter> denials_;
};

} // namespace settled::api
