// An endpoint with settings, what it is owed, and attempts at it: for tests of deliveries.
#pragma once

#include "domain/endpoint_settings.h"
#include "domain/event_envelope.h"
#include "store/queries/delivery_bodies.h"
#include "store/queries/endpoint_states.h"
#include "units/deliveries/publish.h"
#include "units/testing.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace settled::units::testing {

class EndpointWorld {
  public:
    using Settings = std::function<void(domain::EndpointSettings&)>;

    EndpointId add(const Settings& set, std::string_view events = "settlement.matched") {
        const EndpointId id = world.add_endpoint(events);
        change(id, set);
        return id;
    }
    void change(EndpointId id, const Settings& set) {
        world.write<void>([&](Session& s) { return write_settings(s, id, set, world.now()); });
    }
    // An event about settlement `subject`; the next version of it.
    EventId publish(std::int64_t subject, std::string_view scheme = "FasterPayments") {
        const auto event = domain::make_event(
            world.new_id<EventId>(), domain::settlement_matched, subject, ++versions_[subject],
            world.now(), [&](wire::JsonWriter& w) { w.member("scheme", scheme); });
        world.write<void>(
            [&](Session& s) { return publish_event(s, world.context(), World::tenant, event); });
        return event.id;
    }
    // Due and free deliveries of an endpoint, held from now on.
    std::vector<store::DueDelivery> claim(EndpointId endpoint, std::size_t limit = 100) {
        return world.write<std::vector<store::DueDelivery>>([&](Session& s) {
            return store::claim_deliveries(s, endpoint, world.now(), limit, holder);
        });
    }
    // What an attempt at that delivery had for an answer. It is retried after `wait`.
    Recorded record(EndpointId endpoint, const store::DueDelivery& due, int status,
                    std::chrono::microseconds wait = std::chrono::seconds(5)) {
        auto a = attempt_at(endpoint, due, status);
        a->disposition.next =
            status == 200 ? domain::AfterAttempt::delivered : domain::AfterAttempt::retry;
        a->disposition.wait = wait;
        return write(a);
    }
    Recorded give_up(EndpointId endpoint, const store::DueDelivery& due, int status) {
        auto a = attempt_at(endpoint, due, status);
        a->disposition.next = domain::AfterAttempt::give_up;
        return write(a);
    }
    // Delivers what is due, and what is due after it; returns the bodies.
    std::vector<std::string> deliver_all(EndpointId endpoint) {
        std::vector<std::string> bodies;
        for (auto due = claim(endpoint, 1); !due.empty(); due = claim(endpoint, 1)) {
            bodies.push_back(due[0].body);
            record(endpoint, due[0], 200);
        }
        return bodies;
    }
    store::EndpointState state(EndpointId endpoint) {
        return world.read<store::EndpointState>(
            [&](Session& s) { return store::find_endpoint_state(s, World::tenant, endpoint); });
    }
    store::TaskRow delivery(EventId event, EndpointId endpoint) {
        return world
            .read<std::optional<store::TaskRow>>(
                [&](Session& s) { return store::delivery_of(s, World::tenant, event, endpoint); })
            .value();
    }
    void pass(std::chrono::microseconds time) {
        world.clock().advance(time);
        (void)world.run_due();
    }
    std::vector<std::string> types() {
        std::vector<std::string> all;
        for (const store::EventRow& event : world.events())
            all.push_back(event.type);
        return all;
    }

    static constexpr std::int64_t holder = 300;
    World world;

  private:
    static Step<> write_settings(Session& s, EndpointId id, Settings set, Instant now) {
        auto row = co_await store::find_endpoint(s, World::tenant, id);
        auto settings = domain::parse_endpoint_settings(row->settings).value();
        settings.schedule_set_at = now;
        set(settings);
        row->settings = domain::to_json(settings);
        co_await store::update_endpoint(s, *row);
    }
    std::shared_ptr<Attempt> attempt_at(EndpointId endpoint, const store::DueDelivery& due,
                                        int status) {
        auto a = std::make_shared<Attempt>();
        a->tenant = World::tenant;
        a->task = due.task;
        a->endpoint = endpoint;
        a->claim = due.claim;
        a->number = due.attempts + 1;
        a->result.http_status = status;
        a->started_at = world.now();
        a->now = world.now();
        a->attempts_before = due.attempts_before;
        a->order_key = due.order_key;
        a->is_batch = due.event.value == due.task.value;
        a->notes_health = true;
        return a;
    }
    Recorded write(const std::shared_ptr<Attempt>& attempt) {
        return world.write<Recorded>(
            [&](Session& s) { return record_attempt(s, world.context(), attempt); });
    }

    std::map<std::int64_t, std::int64_t> versions_;
};

} // namespace settled::units::testing
