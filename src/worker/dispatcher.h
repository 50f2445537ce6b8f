// Carries out deliveries: from memory right after the commit that owes them, from the store when
// they are due again, when a lane was full, and when another node owes them or has left them.
//
// Guarantee: a queued task is attempted when it is due, again and again by the schedule, until it
// is delivered or dead; a crash at any moment repeats an attempt at most (same id, same bytes), and
// loses none. One endpoint that is slow or down delays only its own lane, and any number of such
// leave room for those that are quick (attempt_places.h). Of all nodes one holds a
// task at a time, and all together have no more attempts at one endpoint under way than its limit,
// and begin no more in a second than its rate (docs/decisions/0012-nodes.md). An endpoint that is
// held back (domain/breaker.h) gets one probe at a time from all of them.
//
// Threads: one Dispatcher on one io_context. An endpoint always belongs to the same one (by its
// id), so its limits hold without locks. offer() may be called from any thread.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "base/task.h"
#include "node/membership.h"
#include "observe/traces.h"
#include "store/store.h"
#include "units/context.h"
#include "units/deliveries/record_attempt.h"
#include "worker/attempt_places.h"
#include "worker/bounds.h"
#include "worker/carrier.h"
#include "worker/claims.h"
#include "worker/endpoint_cache.h"
#include "worker/fair_line.h"
#include "worker/give_back.h"
#include "worker/lane.h"
#include "worker/probe.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

namespace settled::worker {

struct DispatcherDeps {
    store::Store& store;
    const units::Context& context;
    const EndpointCache& endpoints;
    Carriers carriers;
    const Clock& clock;
    Rng& rng;
    const Probe& probe;
    const node::Membership& node;
    Claims& claims;
    std::vector<std::chrono::seconds> schedule; // waits between attempts
    std::size_t index = 0;                      // this dispatcher among…
    std::size_t count = 1;                      // …so many
    // How an endpoint fares, or what its partner grants, is another now.
    std::function<void(TenantId tenant, EndpointId endpoint)> endpoint_changed;
    std::size_t attempts_max = bounds::attempts_max; // over HTTP, of this dispatcher
    observe::Traces* traces = nullptr;               // none: they are off
};

class Dispatcher {
  public:
    Dispatcher(boost::asio::io_context& io, DispatcherDeps deps);

    // Which of `count` dispatchers an endpoint belongs to.
    static std::size_t owner(EndpointId endpoint, std::size_t count) {
        return static_cast<std::size_t>(endpoint.value) % count;
    }

    void start();                                   // once
    void offer(std::vector<store::TaskNote> notes); // any thread
    void wake();                                    // any thread: endpoints changed, look again
    void wake(EndpointId endpoint);                 // any thread: this one of its endpoints changed
    // any thread: there may be tasks that no worker holds
    void look_for_more();
    // Any thread: the node is about to end. Gives back what waits and starts no more attempts.
    void hand_over();
    // The same; returns when the attempts in flight are recorded. Runs on the io_context.
    Task<> drain();
    std::size_t in_flight() const { return in_flight_; }

  private:
    Task<> watch();
    Task<> find_work();
    Task<> claim(EndpointId endpoint);
    Task<> carry_out(std::shared_ptr<const Endpoint> endpoint, Delivery delivery, Pace pace);
    Task<> record(const Endpoint& endpoint, const Delivery& delivery, Attempted attempted);
    Task<> probe(EndpointId endpoint);
    Task<> ask_consent(std::shared_ptr<const Endpoint> endpoint);
    void begin_asking(const Endpoint& endpoint, Lane& lane, Instant now);
    void begin_probe(const Endpoint& endpoint, Lane& lane, Instant now);
    void note_recorded(const Endpoint& endpoint, const units::Attempt& attempt,
                       const units::Recorded& recorded);
    void look_at_lane(const Endpoint& endpoint, Instant now);
    void block_or_open(const Endpoint& endpoint, Lane& lane, Instant now);
    Carrier* carrier_of(const Endpoint& endpoint) const {
        return deps_.carriers[static_cast<std::size_t>(endpoint.channel)];
    }
    void look_at_lanes();
    void look_at_busy_lanes();
    void look_again_at(EndpointId id);
    void pump(EndpointId endpoint);
    bool take_place(EndpointId id, Lane& lane, const Endpoint& endpoint);
    void free_place(const Endpoint& endpoint, Pace pace);
    void serve_line();
    void take(std::vector<store::TaskNote> notes);
    void give_back(const Delivery& delivery);
    void give_back_waiting(Lane& lane);
    void open_or_close(EndpointId id, Lane& lane);
    void close(EndpointId id, Lane& lane);
    void stop_taking();
    std::size_t places(const Endpoint& endpoint) const;
    std::size_t ahead(std::size_t places) const;
    std::size_t ahead_of(EndpointId id) const;
    bool may_begin(const Endpoint& endpoint, Lane& lane) const;
    std::span<const std::chrono::seconds> schedule_of(const Endpoint& endpoint) const;
    bool is_mine(EndpointId endpoint) const { return owner(endpoint, deps_.count) == deps_.index; }

    boost::asio::io_context& io_;
    DispatcherDeps deps_;
    boost::asio::steady_timer tick_;
    std::map<EndpointId, Lane> lanes_;
    GiveBack give_back_;
    AttemptPlaces attempt_places_;
    std::array<FairLine, 2> in_line_; // for a place, by pace
    EndpointId called_up_;            // whose turn it is while it is pumped
    std::size_t in_flight_ = 0;
    std::size_t reading_ = 0;
    bool finding_ = false;
    Clock::Steady find_at_{};
    bool draining_ = false;
};

} // namespace settled::worker
