#include "worker/dispatcher.h"

#include "observe/log.h"
#include "store/queries/tasks.h"
#include "units/deliveries/record_attempt.h"

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

// How many attempts at one endpoint this node may have under way now.
std::size_t Dispatcher::places() const {
    return deps_.node.share(limits::deliveries_in_flight_per_endpoint_max,
                            limits::delivery_wait_max);
}

// How many deliveries of one lane it may claim ahead of attempting them.
std::size_t Dispatcher::ahead() const {
    const std::size_t mine = places();
    if (mine == 0)
        return 0;
    return deps_.node.has_other_workers() ? mine * limits::claims_per_place
                                          : limits::claims_ahead_alone;
}

void Dispatcher::take(std::vector<store::TaskNote> notes) {
    for (store::TaskNote& note : notes) {
        Delivery delivery{note.tenant,          note.task,
                          note.event,           note.attempts,
                          std::move(note.body), {note.holder, note.fence}};
        const store::Claim claim = delivery.claim;
        Lane& lane = lanes_[note.endpoint];
        if (draining_ || !lane.offer(std::move(delivery)))
            give_back_.add({note.tenant, note.task, claim});
        open_or_close(note.endpoint, lane);
        pump(note.endpoint);
    }
}

Task<> Dispatcher::watch() {
    while (!draining_) {
        look_at_lanes();
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
            for (const Delivery& delivery : lane.trim(std::max<std::size_t>(ahead(), 1)))
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
    const std::size_t most = ahead();
    serve_line();
    for (auto& [id, lane] : lanes_)
        if (lane.waiting() > 0)
            pump(id);
    for (const EndpointId id : deps_.endpoints.all()) {
        if (!is_mine(id) || most == 0)
            continue;
        Lane& lane = lanes_[id];
        const auto endpoint = deps_.endpoints.find(id);
        if (!endpoint || carrier_of(*endpoint) == nullptr || !lane.wants_reading(now, most))
            continue;
        lane.begin_reading();
        ++reading_;
        asio::co_spawn(io_, claim(id), asio::detached);
    }
}

Task<> Dispatcher::claim(EndpointId id) {
    const Instant now = deps_.clock.now();
    const std::int64_t holder = deps_.node.holder();
    const std::size_t limit = std::max<std::size_t>(ahead(), 1);
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
        Delivery delivery{due.tenant,
                          due.task,
                          due.event,
                          due.attempts,
                          std::make_shared<const std::string>(std::move(due.body)),
                          due.claim};
        if (draining_ || !lane.offer(std::move(delivery)))
            give_back_.add({due.tenant, due.task, due.claim});
    }
    lane.end_reading(claimed->due.size() == limit);
    if (claimed->next)
        lane.expect(*claimed->next);
    pump(id);
}

// This node's commits leave the deliveries of a full lane to any worker that has room.
void Dispatcher::open_or_close(EndpointId id, Lane& lane) {
    const std::size_t most = deps_.node.has_other_workers()
                                 ? std::max<std::size_t>(ahead(), 1)
                                 : limits::deliveries_queued_per_endpoint_max / 2;
    if (!lane.is_closed() && lane.waiting() >= most) {
        lane.set_closed(true);
        lane.expect_more();
        deps_.claims.close(id);
    } else if (lane.is_closed() && lane.waiting() <= most / 2) {
        lane.set_closed(false);
        lane.expect_more();
        deps_.claims.open(id);
    }
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
    if (!endpoint || carrier_of(*endpoint) == nullptr)
        give_back_waiting(lane); // it waits in the store until there is a way to it
    if (lane.waiting() == 0 || draining_)
        return;
    const std::int64_t holder = deps_.node.holder();
    const std::size_t mine = places();
    while (lane.may_start(mine) && take_place(id, lane, *endpoint)) {
        const Pace pace = lane.pace();
        Delivery delivery = *lane.next(mine);
        if (delivery.claim.holder != holder) { // held under a lease that is over
            lane.passed_over();
            free_place(*endpoint, pace);
            give_back(delivery);
            continue;
        }
        ++in_flight_;
        asio::co_spawn(io_, carry_out(endpoint, std::move(delivery), pace), asio::detached);
    }
    open_or_close(id, lane);
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
        line.push_back(id);
    }
    return false;
}

void Dispatcher::free_place(const Endpoint& endpoint, Pace pace) {
    if (endpoint.channel == domain::Channel::http)
        attempt_places_.give_back(pace);
}

// The lane that waits longest goes first, quick lanes before slow ones.
void Dispatcher::serve_line() {
    for (const Pace pace : {Pace::quick, Pace::slow}) {
        auto& line = in_line_[static_cast<std::size_t>(pace)];
        while (!line.empty() && attempt_places_.has_place(pace, 0)) {
            const EndpointId id = line.front();
            line.pop_front();
            lanes_[id].set_in_line(false);
            called_up_ = id;
            pump(id);
            called_up_ = {};
        }
    }
}

Task<> Dispatcher::carry_out(std::shared_ptr<const Endpoint> endpoint, Delivery delivery,
                             Pace pace) {
    Attempted attempted = co_await carrier_of(*endpoint)->attempt(*endpoint, delivery);
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
    units::Attempt record{delivery.tenant,
                          delivery.task,
                          endpoint.id,
                          delivery.claim,
                          delivery.attempts + 1,
                          attempted.result,
                          {},
                          attempted.started_at,
                          attempted.latency,
                          std::move(attempted.answer),
                          deps_.clock.now()};
    record.disposition =
        domain::after_attempt(attempted.result, static_cast<std::size_t>(record.number),
                              deps_.schedule, deps_.rng.next());
    deps_.probe.attempted(record.disposition.next, attempted.latency);
    if (record.disposition.next != domain::AfterAttempt::delivered)
        log::info("delivery.failed", {{"endpoint", to_string(endpoint.id)},
                                      {"delivery", to_string(delivery.task)},
                                      {"outcome", domain::outcome_token(attempted.result)},
                                      {"attempt", record.number}});
    const bool gone = record.disposition.next == domain::AfterAttempt::disable_endpoint;
    const auto shared = std::make_shared<const units::Attempt>(std::move(record));
    const units::Context& context = deps_.context;
    const auto recorded = co_await deps_.store.write<units::Recorded>(
        [&context, shared](store::Session& s) { return record_attempt(s, context, shared); });
    if (!recorded) {
        log::lasting("delivery.unrecorded", recorded.error(),
                     {{"delivery", to_string(delivery.task)}});
        give_back(delivery);
    } else if (recorded->kept == store::AttemptResultStored::claim_lost) {
        deps_.probe.lost();
        log::warn("delivery.lease_lost", {{"delivery", to_string(delivery.task)},
                                          {"outcome", domain::outcome_token(shared->result)}});
    } else if (recorded->due) {
        lanes_[endpoint.id].expect(*recorded->due);
    }
    if (gone)
        deps_.endpoints_changed();
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
