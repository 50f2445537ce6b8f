// Sends calls to connectors' APIs, and hands what came back to the unit that reads it.
//
// Guarantee: before the first byte of a try is sent, the unit that has taken the call is committed,
// with the call's bytes, its request id and the start of the try. Every repeat sends the same bytes
// under the same id. A node that slept past its lease sends nothing more, and what it hears is
// dropped. A call that moves money is sent by the node that holds it, and by no other at the same time.
//
// Every call but GET is signed over the bytes that are sent; tokens are added here and are stored
// and logged nowhere. A redirect is not followed; a reply that is larger than a page can be counts
// as none, and so does one that was cut.
//
// Threads: one Caller on one io_context. wake() may be called from any thread.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "intake/connector_cache.h"
#include "net/client/client.h"
#include "node/membership.h"
#include "store/store.h"
#include "units/calls/run_call.h"
#include "units/context.h"
#include "worker/content_fetcher.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <set>
#include <vector>

namespace settled::worker {

class Caller {
  public:
    struct Deps {
        store::Store& store;
        const units::Context& context;
        const Clock& clock;
        const node::Membership& node;
        intake::ConnectorCache& connectors;
        net::Client& client;
    };
    Caller(boost::asio::io_context& io, Deps deps)
        : io_(io), deps_(deps), fetcher_(io, deps.clock, deps.client), pause_(io) {}

    void start();
    // Any thread: a commit has made something to send.
    void wake();
    // Takes nothing more; what is under way ends.
    void stop();
    // Returns when nothing is under way any more. Runs on the io_context.
    Task<> drain();

  private:
    using Connector = std::shared_ptr<const intake::Connector>;
    Task<> watch();
    Task<bool> look(); // true: something was taken
    Task<std::set<ConnectorId>> connectors_with_work();
    Task<> ask_once(const Connector& connector);
    // The request of a call as it is sent. Fails when it cannot be signed now.
    static Task<Result<net::OutboundRequest>> request_for(const intake::CallAccess& access,
                                                          const units::CallToSend& call);
    Task<bool> take_from(Connector connector, bool frees_orphans);
    std::size_t room(ConnectorId connector) const;
    Task<> carry_out(Connector connector, units::CallToSend call);
    // Of a platform: the content of a notification.
    Task<> fetch(Connector connector, units::CallToSend call, units::EndedTry ended);
    void leave(ConnectorId connector);
    // Of a catch-up: a page is read in bites, and its end waits for callers' units, too.
    Task<> learn_ahead(const units::CallToSend& call, const units::EndedTry& ended);
    Task<> store_ahead(const units::CallToSend& call, units::EndedTry& ended);
    Task<> record(const Connector& connector, units::EndedTry ended,
                  store::Priority priority = store::Priority::foreground);

    boost::asio::io_context& io_;
    Deps deps_;
    ContentFetcher fetcher_;
    boost::asio::steady_timer pause_;
    Clock::Steady free_orphans_at_{};
    std::set<ConnectorId> asked_; // for accounts or bookings, since the start
    std::map<ConnectorId, std::size_t> in_flight_;
    bool wanted_ = false; // something was made since the last look began
    bool stopped_ = false;
};

} // namespace settled::worker
