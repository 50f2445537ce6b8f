#include "worker/dispatcher.h"

#include "observe/log.h"
#include "store/tasks.h"
#include "units/record_attempt.h"

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

struct Backlog {
    std::vector<store::DueDelivery> due;
    std::optional<Instant> next;
};

store::Step<Backlog> read_backlog(store::Session& s, EndpointId lane, Instant now,
                                  std::size_t limit) {
    Backlog backlog;
    backlog.due = co_await store::due_deliveries(s, lane, now, limit);
    if (backlog.due.size() < limit)
        backlog.next = co_await store::next_due(s, lane.value, now);
    co_return backlog;
}

} // namespace

Dispatcher::Dispatcher(asio::io_context& io, DispatcherDeps deps)
    : io_(io), deps_(std::move(deps)), tick_(io) {}

void Dispatcher::start() {
    asio::co_spawn(io_, watch(), asio::detached);
}

void Dispatcher::offer(std::vector<store::TaskNote> notes) {
    asio::post(io_, [this, notes = std::move(notes)]() mutable { take(std::move(notes)); });
}

void Dispatcher::wake() {
    asio::post(io_, [this] { look_at_lanes(); });
}

void Dispatcher::take(std::vector<store::TaskNote> notes) {
    for (store::TaskNote& note : notes) {
        lanes_[note.endpoint].offer(
            {note.tenant, note.task, note.event, note.attempts, std::move(note.body)});
        pump(note.endpoint);
    }
}

Task<> Dispatcher::watch() {
    while (!draining_) {
        look_at_lanes();
        tick_.expires_after(tick);
        boost::system::error_code cancelled;
        co_await tick_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

void Dispatcher::look_at_lanes() {
    if (draining_)
        return;
    const Instant now = deps_.clock.now();
    for (const EndpointId endpoint : deps_.endpoints.all()) {
        if (owner(endpoint, deps_.count) != deps_.index)
            continue;
        Lane& lane = lanes_[endpoint];
        if (!lane.wants_reading(now))
            continue;
        lane.begin_reading();
        asio::co_spawn(io_, read_lane(endpoint), asio::detached);
    }
}

Task<> Dispatcher::read_lane(EndpointId endpoint) {
    constexpr std::size_t limit = limits::deliveries_queued_per_endpoint_max / 2;
    const Instant now = deps_.clock.now();
    auto backlog = co_await deps_.store.read<Backlog>(
        [endpoint, now](store::Session& s) { return read_backlog(s, endpoint, now, limit); });
    Lane& lane = lanes_[endpoint];
    if (!backlog) {
        log::failure("outbox.unreadable", backlog.error(), {{"endpoint", to_string(endpoint)}});
        lane.end_reading(false);
        lane.expect(now + store_retry_wait);
        co_return;
    }
    for (store::DueDelivery& due : backlog->due)
        lane.offer({due.tenant, due.task, due.event, due.attempts,
                    std::make_shared<const std::string>(std::move(due.body))});
    lane.end_reading(backlog->due.size() == limit);
    if (backlog->next)
        lane.expect(*backlog->next);
    pump(endpoint);
}

void Dispatcher::pump(EndpointId id) {
    const auto endpoint = deps_.endpoints.find(id);
    if (!endpoint || draining_ || carrier_of(*endpoint) == nullptr)
        return;
    Lane& lane = lanes_[id];
    while (auto delivery = lane.next()) {
        ++in_flight_;
        asio::co_spawn(io_, carry_out(endpoint, std::move(*delivery)), asio::detached);
    }
}

Task<> Dispatcher::carry_out(std::shared_ptr<const Endpoint> endpoint, Delivery delivery) {
    Attempted attempted = co_await carrier_of(*endpoint)->attempt(*endpoint, delivery);
    lanes_[endpoint->id].attempted();
    pump(endpoint->id);
    co_await record(*endpoint, delivery, std::move(attempted));
    lanes_[endpoint->id].finished(delivery.task);
    --in_flight_;
    pump(endpoint->id);
}

// If the result cannot be stored, the task is still queued and due: it will be attempted again.
Task<> Dispatcher::record(const Endpoint& endpoint, const Delivery& delivery, Attempted attempted) {
    units::Attempt record{delivery.tenant,       delivery.task,     endpoint.id,
                          delivery.attempts + 1, attempted.result,  {},
                          attempted.started_at,  attempted.latency, std::move(attempted.answer),
                          deps_.clock.now()};
    record.disposition =
        flow::after_attempt(attempted.result, static_cast<std::size_t>(record.number),
                            deps_.schedule, deps_.rng.next());
    deps_.probe.attempted(record.disposition.next, attempted.latency);
    if (record.disposition.next != flow::AfterAttempt::delivered)
        log::info("delivery.failed", {{"endpoint", to_string(endpoint.id)},
                                      {"delivery", to_string(delivery.task)},
                                      {"outcome", flow::outcome_token(attempted.result)},
                                      {"attempt", record.number}});
    const bool gone = record.disposition.next == flow::AfterAttempt::disable_endpoint;
    const auto shared = std::make_shared<const units::Attempt>(std::move(record));
    const units::Context& context = deps_.context;
    const auto due = co_await deps_.store.write<std::optional<Instant>>(
        [&context, shared](store::Session& s) { return record_attempt(s, context, shared); });
    Lane& lane = lanes_[endpoint.id];
    if (!due) {
        log::failure("delivery.unrecorded", due.error(), {{"delivery", to_string(delivery.task)}});
        lane.expect(deps_.clock.now() + store_retry_wait);
    } else if (*due) {
        lane.expect(**due);
    }
    if (gone)
        deps_.endpoints_changed();
}

Task<> Dispatcher::drain() {
    draining_ = true;
    tick_.cancel();
    while (in_flight_ > 0) {
        asio::steady_timer pause(io_, 1ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

} // namespace settled::worker
