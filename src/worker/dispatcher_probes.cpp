// What the dispatcher does at an endpoint that nothing else is sent to: a probe now and then while it
// is held back, and the question for its consent.
#include "worker/dispatcher.h"

#include "observe/log.h"
#include "store/queries/endpoint_states.h"
#include "worker/recording.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace settled::worker {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Another worker may make a probe, or ask, after that, if this one does not come back from its own.
constexpr auto probe_lease = 2 * limits::delivery_wait_max;
constexpr auto store_retry_wait = 1s;

store::Step<std::vector<store::DueDelivery>> claim_probe(store::Session& s, TenantId tenant,
                                                         EndpointId endpoint, Instant now,
                                                         std::int64_t holder) {
    const bool is_mine = co_await store::take_probe(s, tenant, endpoint, now, now + probe_lease);
    if (!is_mine)
        co_return std::vector<store::DueDelivery>();
    co_return co_await store::claim_deliveries(s, endpoint, now, 1, holder);
}

} // namespace

void Dispatcher::begin_probe(const Endpoint& endpoint, Lane& lane, Instant now) {
    const Instant at = lane.probe_at(endpoint.state.health.next_probe_at);
    const bool is_quiet = endpoint.state.health.is_quiet(now) || now < lane.quiet_until();
    if (lane.is_probing() || !lane.expects_work(now) || is_quiet || now < at ||
        deps_.node.holder() == 0 || places(endpoint) == 0)
        return;
    lane.begin_probing();
    ++reading_;
    asio::co_spawn(io_, probe(endpoint.id), asio::detached);
}

// One delivery at an endpoint that is held back. The store says which worker makes it.
Task<> Dispatcher::probe(EndpointId id) {
    const Instant now = deps_.clock.now();
    const std::int64_t holder = deps_.node.holder();
    auto endpoint = deps_.endpoints.find(id);
    Result<std::vector<store::DueDelivery>> claimed = std::vector<store::DueDelivery>();
    if (endpoint)
        claimed = co_await deps_.store.write<std::vector<store::DueDelivery>>(
            [tenant = endpoint->tenant, id, now, holder](store::Session& s) {
                return claim_probe(s, tenant, id, now, holder);
            });
    --reading_;
    Lane& lane = lanes_[id];
    const Instant stated = endpoint ? endpoint->state.health.next_probe_at : Instant{};
    if (!claimed || claimed->empty() || draining_) {
        if (claimed && claimed->empty())
            lane.expect_none(); // or another worker makes it; what is due is found again
        lane.end_probing(now + store_retry_wait, stated);
        if (claimed && !claimed->empty())
            give_back(delivery_of(std::move(claimed->front())));
        co_return;
    }
    Delivery delivery = delivery_of(std::move(claimed->front()));
    delivery.is_probe = true;
    const Pace pace = lane.pace();
    lane.begin_probe();
    if (endpoint->channel == domain::Channel::http)
        attempt_places_.take(pace);
    ++in_flight_;
    co_await carry_out(std::move(endpoint), std::move(delivery), pace);
    if (lanes_[id].is_probing()) // its result was not recorded
        lanes_[id].end_probing(now + store_retry_wait, stated);
}

void Dispatcher::begin_asking(const Endpoint& endpoint, Lane& lane, Instant now) {
    if (endpoint.has_consent() || lane.is_asking() || now < lane.ask_at() ||
        deps_.node.holder() == 0 || places(endpoint) == 0)
        return;
    lane.begin_asking();
    ++reading_;
    asio::co_spawn(io_, ask_consent(deps_.endpoints.find(endpoint.id)), asio::detached);
}

// Asked again by the waits of the retry schedule, the last of them over and over.
Task<> Dispatcher::ask_consent(std::shared_ptr<const Endpoint> endpoint) {
    const Instant now = deps_.clock.now();
    const auto waits = schedule_of(*endpoint);
    const auto asked = std::make_shared<units::Asked>();
    asked->tenant = endpoint->tenant;
    asked->endpoint = endpoint->id;
    asked->url = endpoint->written_url;
    const auto is_mine = co_await deps_.store.write<bool>([asked, now](store::Session& s) {
        return units::take_handshake(s, asked->tenant, asked->endpoint, asked->url, now,
                                     now + probe_lease);
    });
    Instant next = now + store_retry_wait;
    if (is_mine && *is_mine) {
        const Carrier::Consented consented = co_await carrier_of(*endpoint)->ask_consent(*endpoint);
        const auto tries = static_cast<std::size_t>(endpoint->state.handshake.tries);
        asked->consent = consented.consent;
        asked->rate_per_minute = consented.rate_per_minute;
        asked->now = deps_.clock.now();
        if (!waits.empty())
            asked->wait = waits[std::min(tries, waits.size() - 1)];
        next = asked->now + asked->wait;
        const auto recorded = co_await deps_.store.write<void>(
            [asked](store::Session& s) { return units::record_handshake(s, asked); });
        if (!recorded)
            log::lasting("handshake.unrecorded", recorded.error(),
                         {{"endpoint", to_string(endpoint->id)}});
        deps_.endpoint_changed(endpoint->tenant, endpoint->id);
    }
    --reading_;
    lanes_[endpoint->id].end_asking(next);
}

} // namespace settled::worker
