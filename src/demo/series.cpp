#include "demo/series.h"

#include "wire/json_writer.h"

namespace settled::demo {

namespace {

// What both sides must agree on.
void write_words(wire::JsonWriter& w, const SeriesPlan& plan) {
    w.member("count", plan.count).member("first", 1).member("amount_spread", plan.amounts);
    w.member("amount", decimal(pounds(plan.pence)));
    w.member("reference", plan.name + "R").member("end_to_end_id", plan.name + "E");
}

} // namespace

std::string series_item(const SeriesPlan& plan, std::size_t index) {
    return fmt::format("{}{:06}", plan.name, index + 1);
}

Money series_amount(const SeriesPlan& plan, std::size_t index) {
    return pounds(plan.pence + static_cast<std::int64_t>((index + 1) % plan.amounts));
}

Task<bool> register_series(Stage& stage, SeriesPlan plan) {
    stage.world.aim_provider();
    wire::JsonWriter w;
    w.object().member("id", plan.name);
    write_words(w, plan);
    w.key("payee").object().member("iban", stage.world.iban).end().end();
    const Answer answer =
        co_await stage.world.ask_sandbox("POST", "/provider/payments/batch", std::move(w).text());
    co_return answer.number("statuses.201") == static_cast<std::int64_t>(plan.count);
}

Task<std::vector<Sent>> hold_settlements(Stage& stage, SeriesPlan plan) {
    sandbox::WebhookSender& sender = stage.world.sandbox().sender();
    sender.hold();
    wire::JsonWriter w;
    w.object().member("account", stage.world.iban);
    write_words(w, plan);
    w.end();
    const Answer answer =
        co_await stage.world.ask_sandbox("POST", "/bank/payments/batch", std::move(w).text());
    std::vector<Sent> sent;
    if (answer.status == 202)
        for (const sandbox::WebhookRecord* const webhook :
             sender.list(answer.number("first") - 1, plan.count, std::nullopt))
            sent.push_back({{webhook->id}, webhook->label});
    co_return sent;
}

} // namespace settled::demo
