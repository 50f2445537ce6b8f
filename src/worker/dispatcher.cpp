#include "worker/dispatcher.h"

#include "observe/log.h"
#include "store/queries/tasks.h"
#include "worker/delivery_trace.h"
#include "worker/recording.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace settled::worker {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// How late an attempt that is read from the store may start: retries wait seconds to hours.
constexpr auto tick = 50ms;
constexpr auto store_retry_wait = 1s;

struct Claimed {
    std::vector<store::DueDelivery> due;
    std::optional<Instant> next; // when there is none that is due
};

store::Step<Claimed> claim_some(store::Session& s, EndpointId lane, Instant now, std::size_t limit,
                                std::int64_t holder) {
    Claimed claimed;
    claimed.due = co_await store::claim_deliveries(s, lane, now, limit, holder);
    if (claimed.due.size() < limit)
        claimed.next = co_await store::next_due(s, lane.value, now);
    co_return claimed;
}

} // namespace

Dispatcher::Dispatcher(asio::io_context& io, DispatcherDeps deps)
    : io_(io), deps_(std::move(deps)), tick_(io), give_back_(io, deps_.store),
      attempt_places_(deps_.attempts_max) {}

void Dispatcher::start() {
    asio::co_spawn(io_, watch(), asio::detached);
}

void Dispatcher::offer(std::vector<store::TaskNote> notes) {
    asio::post(io_, [this, notes = std::move(notes)]() mutable { take(std::move(notes)); });
}

void Dispatcher::wake() {
    asio::post(io_, [this] { look_at_lanes(); });
}

void Dispatcher::wake(EndpointId endpoint) {
    asio::post(io_, [this, endpoint] {
        if (!draining_)
            look_again_at(endpoint);
    });
}

void Dispatcher::look_for_more() {
    asio::post(io_, [this] {
        for (auto& [id, lane] : lanes_)
            lane.expect_more();
        look_at_lanes();
    });
}

void Dispatcher::hand_over() {
    asio::post(io_, [this] { stop_taking(); });
}

// How many attempts at an endpoint this node may have under way now. What gathered for an interval
// goes one by one.
std::size_t Dispatcher::places(const Endpoint& endpoint) const {
    const domain::EndpointSettings& settings = endpoint.settings;
    std::size_t all = limits::deliveries_in_flight_per_endpoint_max;
    if (settings.concurrency > 0)
        all = static_cast<std::size_t>(settings.concurrency);
    if (settings.has_interval())
        all = 1;
    return deps_.node.share(all, limits::delivery_wait_max);
}

// How many deliveries of one lane it may claim ahead of attempting them.
std::size_t Dispatcher::ahead(std::size_t places) const {
    if (places == 0)
        return 0;
    return deps_.node.has_other_workers() ? places * limits::claims_per_place
                                          : limits::claims_ahead_alone;
}

std::size_t Dispatcher::ahead_of(EndpointId id) const {
    const auto endpoint = deps_.endpoints.find(id);
    return endpoint ? ahead(places(*endpoint)) : 0;
}

std::span<const std::chrono::seconds> Dispatcher::schedule_of(const Endpoint& endpoint) const {
    return endpoint.settings.retry_after.empty() ? deps_.schedule : endpoint.settings.retry_after;
}

void Dispatcher::take(std::vector<store::TaskNote> notes) {
    for (store::TaskNote& note : notes) {
        const EndpointId endpoint = note.endpoint;
        const GiveBack::Held held{note.tenant, note.task, {note.holder, note.fence}};
        Lane& lane = lanes_[endpoint];
        if (draining_ || !lane.offer(delivery_of(std::move(note))))
            give_back_.add(held);
        open_or_close(endpoint, lane);
        pump(endpoint);
    }
}

Task<> Dispatcher::watch() {
    while (!draining_) {
        look_at_busy_lanes();
        give_back_.flush();
        const Clock::Steady now = deps_.clock.steady();
        if (!finding_ && now >= find_at_) {
            find_at_ = now + (deps_.node.has_other_workers()
                                  ? std::chrono::milliseconds(limits::unclaimed_look_interval)
                                  : std::chrono::milliseconds(1s));
            finding_ = true;
            asio::co_spawn(io_, find_work(), asio::detached);
        }
        tick_.expires_after(tick);
        boost::system::error_code cancelled;
        co_await tick_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

// What other nodes owe, what they gave back, and what no memory of ours knows of.
Task<> Dispatcher::find_work() {
    const Instant now = deps_.clock.now();
    const auto lanes = co_await deps_.store.read<std::vector<EndpointId>>(
        [now](store::Session& s) { return store::lanes_with_work(s, now); });
    finding_ = false;
    if (!lanes) {
        log::lasting("outbox.unreadable", lanes.error(), {});
        find_at_ = deps_.clock.steady() + store_retry_wait;
        co_return;
    }
    if (deps_.node.has_other_workers())
        for (auto& [id, lane] : lanes_)
            for (const Delivery& delivery : lane.trim(std::max<std::size_t>(ahead_of(id), 1)))
                give_back(delivery);
    for (const EndpointId endpoint : *lanes)
        if (is_mine(endpoint))
            lanes_[endpoint].expect(now);
    look_at_lanes();
}

void Dispatcher::look_at_lanes() {
    if (draining_)
        return;
    const Instant now = deps_.clock.now();
    serve_line();
    for (auto& [id, lane] : lanes_)
        if (lane.waiting() > 0)
            pump(id);
    for (const EndpointId id : deps_.endpoints.all()) {
        const auto endpoint = is_mine(id) ? deps_.endpoints.find(id) : nullptr;
        if (endpoint && carrier_of(*endpoint) != nullptr)
            look_at_lane(*endpoint, now);
    }
}

// At every tick; the others are looked at when something comes for them, and all of them every second.
void Dispatcher::look_at_busy_lanes() {
    if (draining_)
        return;
    const Instant now = deps_.clock.now();
    serve_line();
    for (const auto& [id, lane] : lanes_)
        if (!lane.is_at_rest(now))
            look_again_at(id);
}

// What one look at all lanes does for this one.
void Dispatcher::look_again_at(EndpointId id) {
    if (const auto lane = lanes_.find(id); lane != lanes_.end() && lane->second.waiting() > 0)
        pump(id);
    const auto endpoint = deps_.endpoints.find(id);
    if (endpoint && carrier_of(*endpoint) != nullptr)
        look_at_lane(*endpoint, deps_.clock.now());
}

void Dispatcher::look_at_lane(const Endpoint& endpoint, Instant now) {
    Lane& lane = lanes_[endpoint.id];
    block_or_open(endpoint, lane, now);
    begin_asking(endpoint, lane, now);
    if (endpoint.state.health.is_held() && endpoint.has_consent())
        begin_probe(endpoint, lane, now);
    const std::size_t most = ahead(places(endpoint));
    if (lane.is_blocked() || most == 0 || !lane.wants_reading(now, most))
        return;
    lane.begin_reading();
    ++reading_;
    asio::co_spawn(io_, claim(endpoint.id), asio::detached);
}

Task<> Dispatcher::claim(EndpointId id) {
    const Instant now = deps_.clock.now();
    const std::int64_t holder = deps_.node.holder();
    const std::size_t limit = std::max<std::size_t>(ahead_of(id), 1);
    Result<Claimed> claimed = Claimed{};
    if (holder != 0)
        claimed = co_await deps_.store.write<Claimed>(
            [=](store::Session& s) { return claim_some(s, id, now, limit, holder); });
    --reading_;
    Lane& lane = lanes_[id];
    if (!claimed || holder == 0) {
        if (!claimed)
            log::lasting("outbox.unreadable", claimed.error(), {{"endpoint", to_string(id)}});
        lane.end_reading(false);
        lane.expect(now + store_retry_wait);
        co_return;
    }
    deps_.probe.claimed(claimed->due.size());
    for (store::DueDelivery& due : claimed->due) {
        const GiveBack::Held held{due.tenant, due.task, due.claim};
        if (draining_ || !lane.offer(delivery_of(std::move(due))))
            give_back_.add(held);
    }
    lane.end_reading(claimed->due.size() == limit);
    if (claimed->next)
        lane.expect(*claimed->next);
    pump(id);
}

// This node's commits leave the deliveries of a full lane to any worker that has room.
void Dispatcher::open_or_close(EndpointId id, Lane& lane) {
    const std::size_t most = deps_.node.has_other_workers()
                                 ? std::max<std::size_t>(ahead_of(id), 1)
                                 : limits::deliveries_queued_per_endpoint_max / 2;
    if (!lane.is_closed() && (lane.is_blocked() || lane.waiting() >= most)) {
        lane.set_closed(true);
        lane.expect_more();
        deps_.claims.close(id);
    } else if (lane.is_closed() && !lane.is_blocked() && lane.waiting() <= most / 2) {
        lane.set_closed(false);
        lane.expect_more();
        deps_.claims.open(id);
    }
}

// What is held for an endpoint that nothing is sent to now waits in the store.
void Dispatcher::block_or_open(const Endpoint& endpoint, Lane& lane, Instant now) {
    const domain::EndpointHealth& health = endpoint.state.health;
    const bool works = deps_.node.share(limits::deliveries_in_flight_per_endpoint_max,
                                        limits::delivery_wait_max) > 0;
    const bool is_of_others = works && places(endpoint) == 0;
    lane.set_blocked(health.is_held() || health.is_quiet(now) || now < lane.quiet_until() ||
                     !endpoint.has_consent() || is_of_others);
    if (lane.is_blocked())
        give_back_waiting(lane);
    open_or_close(endpoint.id, lane);
}

void Dispatcher::give_back(const Delivery& delivery) {
    give_back_.add({delivery.tenant, delivery.task, delivery.claim});
}

void Dispatcher::give_back_waiting(Lane& lane) {
    for (const Delivery& delivery : lane.empty_out())
        give_back(delivery);
}

void Dispatcher::pump(EndpointId id) {
    Lane& lane = lanes_[id];
    const auto endpoint = deps_.endpoints.find(id);
    if (!endpoint || carrier_of(*endpoint) == nullptr || lane.is_blocked())
        give_back_waiting(lane); // it waits in the store until there is a way to it
    if (lane.waiting() == 0 || draining_)
        return;
    const std::int64_t holder = deps_.node.holder();
    const std::size_t mine = lane.within(places(*endpoint));
    while (lane.may_start(mine) && may_begin(*endpoint, lane) && take_place(id, lane, *endpoint)) {
        const Pace pace = lane.pace();
        Delivery delivery = *lane.next(mine);
        if (delivery.claim.holder != holder) { // held under a lease that is over
            lane.passed_over();
            free_place(*endpoint, pace);
            give_back(delivery);
            continue;
        }
        if (endpoint->rate_per_1000s() > 0)
            lane.rate().take();
        ++in_flight_;
        asio::co_spawn(io_, carry_out(endpoint, std::move(delivery), pace), asio::detached);
    }
    open_or_close(id, lane);
}

// Each worker has its share of an endpoint's rate.
bool Dispatcher::may_begin(const Endpoint& endpoint, Lane& lane) const {
    const std::int64_t rate = endpoint.rate_per_1000s();
    if (rate == 0)
        return true;
    const auto mine = deps_.node.share(static_cast<std::size_t>(rate), limits::delivery_wait_max);
    const Clock::Steady now = deps_.clock.steady();
    lane.rate().set_rate(static_cast<std::int64_t>(mine), now);
    return mine > 0 && lane.rate().may_start(now);
}

// One of the places that all lanes share, or a place in the line for it. Kafka's attempts need
// none: they share a connection.
bool Dispatcher::take_place(EndpointId id, Lane& lane, const Endpoint& endpoint) {
    if (endpoint.channel != domain::Channel::http)
        return true;
    auto& line = in_line_[static_cast<std::size_t>(lane.pace())];
    const bool is_next = line.empty() || called_up_ == id;
    if (is_next && attempt_places_.has_place(lane.pace(), lane.in_flight())) {
        attempt_places_.take(lane.pace());
        called_up_ = {};
        return true;
    }
    if (!lane.is_in_line() && attempt_places_.waits_for_others(lane.in_flight())) {
        lane.set_in_line(true);
        line.push(endpoint.tenant, id);
    }
    return false;
}

void Dispatcher::free_place(const Endpoint& endpoint, Pace pace) {
    if (endpoint.channel == domain::Channel::http)
        attempt_places_.give_back(pace);
}

// Quick lanes go before slow ones, and of each kind the one that waits longest of the tenant whose
// turn it is.
void Dispatcher::serve_line() {
    for (const Pace pace : {Pace::quick, Pace::slow}) {
        auto& line = in_line_[static_cast<std::size_t>(pace)];
        while (!line.empty() && attempt_places_.has_place(pace, 0)) {
            const EndpointId id = line.pop();
            lanes_[id].set_in_line(false);
            called_up_ = id;
            pump(id);
            called_up_ = {};
        }
    }
}

Task<> Dispatcher::carry_out(std::shared_ptr<const Endpoint> endpoint, Delivery delivery,
                             Pace pace) {
    auto trace = DeliveryTrace::begin(deps_.traces, delivery);
    Attempted attempted = co_await carrier_of(*endpoint)->attempt(*endpoint, delivery);
    if (trace)
        trace->end(*endpoint, delivery, attempted);
    lanes_[endpoint->id].attempted(attempted.latency);
    free_place(*endpoint, pace);
    serve_line();
    pump(endpoint->id);
    co_await record(*endpoint, delivery, std::move(attempted));
    lanes_[endpoint->id].finished();
    --in_flight_;
    pump(endpoint->id);
}

// If the result cannot be stored, the task goes back and is attempted again.
Task<> Dispatcher::record(const Endpoint& endpoint, const Delivery& delivery, Attempted attempted) {
    Lane& lane = lanes_[endpoint.id];
    const bool is_news =
        lane.is_news(domain::is_success(attempted.result), deps_.clock.now()) || delivery.is_probe;
    const auto shared = std::make_shared<const units::Attempt>(
        attempt_of(endpoint, delivery, std::move(attempted), schedule_of(endpoint),
                   deps_.rng.next(), deps_.clock.now(), is_news));
    deps_.probe.attempted(shared->disposition.next, shared->latency);
    const units::Context& context = deps_.context;
    const auto recorded = co_await deps_.store.write<units::Recorded>(
        [&context, shared](store::Session& s) { return record_attempt(s, context, shared); });
    if (!recorded) {
        log::lasting("delivery.unrecorded", recorded.error(),
                     {{"delivery", to_string(delivery.task)}});
        give_back(delivery);
        co_return;
    }
    if (recorded->kept == store::AttemptResultStored::claim_lost)
        deps_.probe.lost();
    log_attempt(endpoint, *shared, *recorded);
    note_recorded(endpoint, *shared, *recorded);
}

void Dispatcher::note_recorded(const Endpoint& endpoint, const units::Attempt& attempt,
                               const units::Recorded& recorded) {
    Lane& lane = lanes_[endpoint.id];
    const bool is_success = domain::is_success(attempt.result);
    if (recorded.health) {
        lane.noted(is_success, attempt.now);
        lane.keep_quiet_until(
            std::min(recorded.health->quiet_until, attempt.now + std::chrono::seconds(2)));
        if (attempt.is_probe)
            lane.end_probing(recorded.health->next_probe_at, endpoint.state.health.next_probe_at);
    }
    if (attempt.disposition.slow_down)
        lane.slow_down();
    else if (is_success)
        lane.went_well();
    if (recorded.due)
        lane.expect(*recorded.due);
    if (recorded.endpoint_changed)
        deps_.endpoint_changed(endpoint.tenant, endpoint.id);
}

void Dispatcher::stop_taking() {
    draining_ = true;
    tick_.cancel();
    for (auto& [id, lane] : lanes_)
        give_back_waiting(lane);
    give_back_.flush();
}

Task<> Dispatcher::drain() {
    stop_taking();
    // What cannot be given back one by one is given back as a whole when the node leaves.
    const Clock::Steady give_up = deps_.clock.steady() + store_retry_wait;
    while (in_flight_ > 0 || reading_ > 0 ||
           (!give_back_.empty() && deps_.clock.steady() < give_up)) {
        give_back_.flush();
        asio::steady_timer pause(io_, 1ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

} // namespace settled::worker
