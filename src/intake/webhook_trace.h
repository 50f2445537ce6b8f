// The spans of a webhook: the request from its first byte to its answer, and within it the unit of work that
// evaluates it, then the commit, during which the answer is signed. They are in the trace of the settlement, payment or
// notification that the webhook has made; one that has made none, or that came before, has a trace of
// its own.
#pragma once

#include "base/clock.h"
#include "net/http.h"
#include "observe/traces.h"
#include "store/store.h"
#include "units/webhooks/accept_webhook.h"

#include <memory>
#include <optional>
#include <string>

namespace settled::intake {

class WebhookTrace {
  public:
    // `request`: as it came.
    WebhookTrace(observe::Traces& traces, const Clock& clock, const net::Request& request);

    // The unit of work that accepts the arrival, with its times. Of a webhook with several arrivals each
    // has a trace of its own.
    struct Unit {
        Instant begin;
        Instant end;
        std::string subject; // what it has made; "" where that is nothing
    };
    store::Unit<units::Accepted> timed(const units::Context& context,
                                       std::shared_ptr<const units::Arrival> arrival,
                                       std::shared_ptr<Unit> times) const;

    // After the commit, as the answer leaves.
    void end(const Unit& unit, const units::Arrival& arrival, const units::Accepted& accepted);

  private:
    observe::Traces& traces_;
    const Clock& clock_;
    Instant begin_;
    std::string request_;                        // its traceparent: no other request has it
    std::optional<observe::TraceParent> caller_; // of a sender that sent one
};

} // namespace settled::intake
