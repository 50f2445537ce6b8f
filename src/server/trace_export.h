// The export of traces, put together of the settings: [traces] in config/settled.toml.
#pragma once

#include "base/error.h"
#include "base/task.h"
#include "server/installation.h"
#include "worker/event_tracer.h"
#include "worker/trace_exporter.h"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace settled::server {

class TraceExport {
  public:
    // The installation has traces. Fails where the client of calls fails to open.
    static Result<std::unique_ptr<TraceExport>> open(boost::asio::io_context& io,
                                                     Installation& installation);
    void start() { exporter_.start(); }
    void stop() { exporter_.stop(); }
    Task<> close() { return exporter_.close(); }

  private:
    TraceExport(boost::asio::io_context& io, Installation& installation, net::Url endpoint,
                std::unique_ptr<net::Client> client);

    worker::EventTracer events_;
    worker::TraceExporter exporter_;
};

} // namespace settled::server
