#include "cli/layout.h"
#include "demo/series.h"

namespace settled::demo {

namespace {

constexpr std::size_t payments = 100;

// One settlement, from the bank's sending to the partner's hearing.
Task<bool> follow(Stage& stage, sandbox::SettledPayment money) {
    World& world = stage.world;
    const auto sent = world.settle(std::move(money));
    if (!sent)
        co_return false;
    const std::int64_t id = sent->ids.front();
    const bool complete = co_await world.until([&] {
        return world.acknowledged(id) &&
               world.told().find(sent->transaction_id, "settlement.matched") != nullptr;
    });
    if (!complete)
        co_return false;
    const sandbox::WebhookRecord& webhook = world.webhook(id);
    const Told* const told = world.told().find(sent->transaction_id, "settlement.matched");
    stage.one_by_one.acknowledged_us.push_back((webhook.acknowledged - webhook.first_sent).count());
    stage.one_by_one.told_us.push_back((told->received - webhook.first_sent).count());
    co_return true;
}

} // namespace

Task<> scene_pace(Stage& stage) {
    stage.begin("A hundred, one after the other",
                "How long does it take? Each time is from the bank's sending to what the bank or "
                "the partner recorded.");
    const SeriesPlan plan{"pace-", payments, 1'500, 10};
    const bool registered = co_await register_series(stage, plan);
    stage.check(fmt::format("{} payments registered{}", payments, stage.at_node()), registered);
    std::size_t complete = 0;
    for (std::size_t i = 0; i < payments; ++i) {
        sandbox::SettledPayment money;
        money.amount = series_amount(plan, i);
        money.end_to_end_id = series_item({plan.name + "E"}, i);
        if (!co_await follow(stage, std::move(money)))
            break;
        ++complete;
        stage.terminal.progress("settled, told", i + 1, payments);
    }
    stage.equal("acknowledged, matched by end-to-end id, partner told", complete, payments,
                fmt::format("{} of {}", complete, payments));
}

} // namespace settled::demo
