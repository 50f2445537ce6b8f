// Reads the event stream of a server, comes back when it breaks, and hands each event over once, in
// order. Threads: one io_context.
#pragma once

#include "base/clock.h"
#include "cli/client/target.h"
#include "cli/listen/forwarder.h"
#include "net/client/reply_stream.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::cli {

struct ListenPlan {
    std::optional<RemoteServer> remote;             // else:
    std::string socket_path;                        // of the server of this machine
    std::string tenant;                             // there
    std::string stream = "/v1/events?order=oldest"; // or another of server-sent events
    std::string after;                              // a cursor, an event's id, or "": the beginning
    Instant since;                                  // older events are left out
    std::vector<std::string> types;                 // empty: all
    std::size_t count = 0;                          // so many events, then the end; 0: no end
};

class Listener {
  public:
    struct Hooks {
        std::function<void()> ready; // once: the stream is open
        // What a try to read ended with; it is read again.
        std::function<void(const Error&)> broken;
        std::function<void(const net::Response&)> refused; // the end
        std::function<void(const StreamedEvent&, const Forwarder::Outcome* outcome)> event;
    };
    // `forwarder`: may be null.
    Listener(boost::asio::io_context& io, ListenPlan plan, Hooks hooks,
             std::unique_ptr<Forwarder> forwarder)
        : io_(io), plan_(std::move(plan)), hooks_(std::move(hooks)),
          forwarder_(std::move(forwarder)) {}

    // Returns when the count is full, when the server refuses, or fails when it could not be
    // reached at first.
    Task<Result<>> run();

  private:
    Task<Result<std::unique_ptr<net::ReplyStream>>> open();
    Result<net::OutboundRequest> request() const;
    Task<Result<>> read(net::ReplyStream& stream);
    Task<> refuse(net::ReplyStream& stream);
    Task<> take(StreamedEvent event);
    bool is_wanted(const StreamedEvent& event) const;
    bool is_full() const { return plan_.count > 0 && taken_ >= plan_.count; }

    boost::asio::io_context& io_;
    ListenPlan plan_;
    Hooks hooks_;
    std::unique_ptr<Forwarder> forwarder_;
    std::string last_id_; // of what was read last
    std::size_t taken_ = 0;
};

} // namespace settled::cli
