#include "cli/layout.h"
#include "demo/json_path.h"
#include "demo/series.h"

#include <algorithm>

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t payments = 5;
constexpr auto poll_interval = 50ms;
constexpr auto failures_wait_max = 10s;

bool all_acknowledged(const World& world, const std::vector<Sent>& sent) {
    return std::ranges::all_of(
        sent, [&](const Sent& one) { return world.acknowledged(one.ids.front()); });
}

bool all_told(World& world, const std::vector<Sent>& sent) {
    const ToldBook& told = world.told();
    return std::ranges::all_of(sent, [&](const Sent& one) {
        return told.find(one.transaction_id, "settlement.matched") != nullptr;
    });
}

// How many deliveries are queued that were tried in vain.
Task<std::size_t> count_failing(World& world) {
    std::size_t failing = 0;
    const auto queued = co_await world.ask_all("/v1/deliveries?status=queued");
    for (const wire::JsonDocument& delivery : queued)
        failing += number_at(delivery.root(), "attempts_made") > 0 ? 1 : 0;
    co_return failing;
}

Task<std::size_t> wait_for_failures(World& world) {
    const auto last = std::chrono::steady_clock::now() + failures_wait_max;
    std::size_t failing = co_await count_failing(world);
    while (failing < payments && std::chrono::steady_clock::now() < last) {
        co_await world.pause(poll_interval);
        failing = co_await count_failing(world);
    }
    co_return failing;
}

Task<> bring_back(Stage& stage, std::vector<Sent> sent) {
    World& world = stage.world;
    const Instant back = world.sandbox().clock().now();
    const auto up = co_await world.sandbox().partner().set_down(false);
    stage.check("the partner is back", up.has_value());
    const bool told = co_await world.until([&] { return all_told(world, sent); });
    const std::int64_t took = (world.sandbox().clock().now() - back).count();
    stage.check(fmt::format("all {} told, without anybody's help", sent.size()), told,
                cli::duration_text(took) + " later");
    int most = 0;
    std::size_t notifications = 0;
    for (const Sent& one : sent)
        for (const Told* const event : world.told().about(one.transaction_id)) {
            most = std::max(most, event->times);
            ++notifications;
        }
    stage.check("each exactly once", notifications == sent.size() && most == 1,
                fmt::format("{} events", notifications),
                fmt::format("{} events, one of them {} times", notifications, most));
}

} // namespace

Task<> scene_partner_down(Stage& stage) {
    World& world = stage.world;
    stage.begin("The partner is down",
                fmt::format("Its servers refuse every connection while {} payments settle. The "
                            "bank must not notice, and nothing may be forgotten.",
                            payments));
    const SeriesPlan plan{"down-", payments, 2'000, 1};
    const bool registered = co_await register_series(stage, plan);
    stage.check(fmt::format("{} payments of GBP 20.00 registered{}", payments, stage.at_node()),
                registered);
    co_await world.sandbox().partner().set_down(true);
    const auto sent = co_await hold_settlements(stage, plan);
    const auto released = world.sandbox().sender().release({});
    stage.check("they settle while it is down", released.has_value() && sent.size() == payments);
    const bool acknowledged = co_await world.until([&] { return all_acknowledged(world, sent); });
    std::vector<std::int64_t> took;
    for (const Sent& one : sent) {
        const auto& webhook = world.webhook(one.ids.front());
        took.push_back((webhook.acknowledged - webhook.first_sent).count());
    }
    stage.check("the bank is answered as if nothing were wrong", acknowledged,
                "p50 " + cli::duration_text(cli::percentile(took, 50).value_or(0)));
    const std::size_t failing = co_await wait_for_failures(world);
    stage.equal("deliveries tried in vain and kept", failing, payments,
                fmt::format("{} of {}", failing, payments));
    co_await bring_back(stage, sent);
}

} // namespace settled::demo
