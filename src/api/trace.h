// The span of a call of the API. It is a part of its caller's trace where the caller sent a traceparent,
// and is exported when that says so; else it begins a trace, by the ratio that is configured. Where the call
// has made something (a payment, an order), it is linked to the trace of that.
#pragma once

#include "api/routes.h"
#include "base/clock.h"
#include "net/http.h"
#include "observe/traces.h"

namespace settled::api {

struct CallTimes {
    Instant begin;
    Instant end;
};
// Nothing is exported for a caller who is not known (401): strangers fill no queue.
void add_call_span(observe::Traces& traces, const Route& route, const net::Request& request,
                   const net::Response& response, CallTimes times);

} // namespace settled::api
