// Several nodes, of which each is as good as another: for calls, for webhooks, for deliveries.

#include "cli/layout.h"
#include "demo/stage.h"
#include "wire/json_writer.h"

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

constexpr auto ping_interval = 500ms;
// A node that joins calls partners only when the others know of it and their deliveries under way
// are over, 16 s; until then the others deliver the events of what it accepts.
constexpr auto join_wait_max = 40s;
constexpr std::string_view deliveries = R"(settled_delivery_attempts_total{result="delivered"})";

// One payment, offered to every node under one Idempotency-Key.
Task<> repeat_at_each(Stage& stage) {
    World& world = stage.world;
    const std::size_t count = world.nodes().count();
    wire::JsonWriter w;
    w.object().member("client_id", "order-30001");
    w.key("amount").object().member("value", "3.00").member("currency", "GBP").end();
    w.key("payee").object().member("iban", world.iban).end();
    w.member("reference", "SAME AT EACH").end();
    const std::string body = std::move(w).text();
    std::size_t alike = 0;
    std::string first;
    for (std::size_t node = 0; node < count; ++node) {
        const Answer answer =
            co_await world.ask_node(node, "POST", "/v1/payments", body, "the same key at each");
        const std::string text(answer.json.root().raw());
        if (node == 0)
            first = text;
        alike += answer.status == 201 && text == first ? 1 : 0;
    }
    stage.equal("one call repeated at each: the first answer from all", alike, count,
                fmt::format("{} of {}", alike, count));
    std::size_t known = 0;
    for (std::size_t node = 0; node < count; ++node) {
        const Answer payment = co_await world.ask_node(node, "GET", "/v1/payments/order-30001");
        known += payment.status == 200 ? 1 : 0;
    }
    stage.equal("each knows the payment", known, count, fmt::format("{} of {}", known, count));
}

// Each node is asked for pings until it has delivered one by itself.
Task<> wait_until_each_tells(Stage& stage) {
    World& world = stage.world;
    const std::size_t count = world.nodes().count();
    const Instant started = world.sandbox().clock().now();
    const auto last = std::chrono::steady_clock::now() + join_wait_max;
    std::size_t telling = 0;
    while (telling < count && std::chrono::steady_clock::now() < last) {
        telling = 0;
        for (std::size_t node = 0; node < count; ++node) {
            const std::int64_t delivered = co_await world.metric(node, std::string(deliveries));
            if (delivered > 0)
                ++telling;
            else
                co_await world.ask_node(node, "POST",
                                        "/v1/endpoints/" + world.endpoint_id + "/ping");
        }
        stage.terminal.progress("nodes that tell", telling, count);
        if (telling < count)
            co_await world.pause(ping_interval);
    }
    const std::int64_t took = (world.sandbox().clock().now() - started).count();
    stage.equal("each calls the partner itself by now", telling, count, cli::duration_text(took));
}

} // namespace

Task<> scene_any_node(Stage& stage) {
    stage.begin("Any node",
                "Each node takes webhooks and calls, whoever had the one before. A new one calls "
                "partners when the places under way have been shared out anew.");
    co_await repeat_at_each(stage);
    co_await wait_until_each_tells(stage);
}

} // namespace settled::demo
