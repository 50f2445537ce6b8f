// The span of one attempt at a delivery, in the trace of what its event is about (domain/trace_subject.h).
#pragma once

#include "observe/traces.h"
#include "worker/carrier.h"

#include <optional>
#include <vector>

namespace settled::worker {

class DeliveryTrace {
  public:
    // nullopt: traces are off (`traces` is null), or this one is not sampled. Else the delivery gets the
    // traceparent that its partner is sent, where partners are sent one.
    static std::optional<DeliveryTrace> begin(observe::Traces* traces, Delivery& delivery);

    void end(const Endpoint& endpoint, const Delivery& delivery, const Attempted& attempted);

  private:
    explicit DeliveryTrace(observe::Traces& traces) : traces_(traces) {}

    observe::Traces& traces_;
    observe::Span span_;
};

} // namespace settled::worker
