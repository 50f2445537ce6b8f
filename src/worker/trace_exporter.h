// Sends spans to the collector: OTLP/HTTP in JSON, by the client that all calls are made by.
//
// A collector that is down, slow or busy is tried again with the same spans, after 1 s to 60 s or as its
// Retry-After says; what it refuses is dropped and counted. Meanwhile the queue fills and drops
// (observe/traces.h); nothing else waits for it. Source: OTLP 1.x, "OTLP/HTTP Response" and "Retryable
// Response Codes".
//
// Threads: one io_context.
#pragma once

#include "base/clock.h"
#include "base/repeating_task.h"
#include "base/task.h"
#include "net/client/client.h"
#include "observe/otlp.h"
#include "observe/traces.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace settled::worker {

struct TraceExporterDeps {
    observe::Traces& traces;
    std::unique_ptr<net::Client>
        client;        // of its own: the collector is the operator's, wherever it is
    net::Url endpoint; // https://host/v1/traces
    observe::TraceResource resource;
    const Clock& clock;
    // The fields that prove who we are, read anew; asked for now and then, and after a 401 or 403.
    std::function<Task<Result<net::Fields>>()> headers;
    std::function<Task<>()> look_for_events; // adds the spans of events
};

class TraceExporter {
  public:
    TraceExporter(boost::asio::io_context& io, TraceExporterDeps deps);

    void start() { task_.start(); }
    void stop() { task_.stop(); } // the last spans are sent in close()
    // Sends what there is, in one request, if the collector has not failed. After stop().
    Task<> close();
    // Sends what there is. False: the collector did not take it, and is tried again after next_wait().
    Task<bool> run_once(std::chrono::milliseconds deadline);
    std::chrono::milliseconds next_wait() const { return wait_; }

  private:
    Task<std::chrono::microseconds> round();
    Task<Result<>> read_headers();
    Task<bool> send(std::chrono::milliseconds deadline);
    bool taken(const net::Reply& reply);
    void failed(const Error& error);
    void set_wait(const net::Reply* reply);

    TraceExporterDeps deps_;
    RepeatingTask task_;
    std::vector<observe::Span> batch_; // under way, or tried again
    net::Fields headers_;
    Clock::Steady headers_until_{}; // then they are read again
    std::chrono::milliseconds wait_{};
    bool is_failing_ = false;
};

} // namespace settled::worker
