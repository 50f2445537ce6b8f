#include "demo/stage.h"

#include "cli/layout.h"
#include "demo/json_path.h"

#include <algorithm>

namespace settled::demo {

namespace {

constexpr std::string_view payer_name = "Ann Lee";
constexpr std::string_view payer_iban = "GB29NWBK60161331926819";

} // namespace

void Stage::begin(std::string name, std::string_view sentence) {
    results_.push_back({std::move(name)});
    terminal.scene(static_cast<int>(results_.size()), results_.back().name, sentence);
}

bool Stage::count(bool holds, std::string_view what, std::string_view figure,
                  std::string_view expected, std::string_view seen) {
    ++results_.back().checked;
    results_.back().failed += holds ? 0 : 1;
    if (holds)
        terminal.passed(what, figure);
    else
        terminal.failed(what, expected, seen);
    return holds;
}

bool Stage::check(std::string_view what, bool holds, std::string_view figure,
                  std::string_view seen) {
    return count(holds, what, figure, what, seen);
}

bool Stage::all_good() const {
    return std::ranges::all_of(results_,
                               [](const SceneResult& scene) { return scene.failed == 0; });
}

Task<bool> Stage::register_payment(Start start, std::string_view what) {
    sandbox::ProviderPayment payment;
    payment.id = start.id;
    payment.amount = pounds(start.pence);
    payment.reference = start.reference;
    payment.payee_name = world.owner;
    payment.payee_iban = world.iban;
    if (start.with_payer) {
        payment.payer_name = payer_name;
        payment.payer_iban = payer_iban;
    }
    world.aim_provider();
    const Instant started = world.sandbox().clock().now();
    const auto registered =
        co_await world.sandbox().provider().register_payment(std::move(payment), false);
    const std::int64_t took = (world.sandbox().clock().now() - started).count();
    const int status = registered ? registered->status : 0;
    co_return equal(std::string(what) + at_node(), status, 201, cli::duration_text(took));
}

sandbox::SettledPayment Stage::money_of(const Start& start) const {
    sandbox::SettledPayment money;
    money.amount = pounds(start.pence);
    money.reference = start.reference;
    money.end_to_end_id = "NOTPROVIDED";
    if (start.with_payer) {
        money.payer_name = payer_name;
        money.payer_iban = payer_iban;
    }
    return money;
}

std::string Stage::at_node() const {
    return world.nodes().are_several() ? ", at " + Nodes::name(world.provider_node()) : "";
}

Task<bool> Stage::acknowledged(const Sent& sent) {
    const std::int64_t id = sent.ids.front();
    co_await world.until([this, id] { return world.acknowledged(id); });
    const sandbox::WebhookRecord& webhook = world.webhook(id);
    const std::int64_t took = (webhook.acknowledged - webhook.first_sent).count();
    const std::string_view seen =
        webhook.history.empty() ? "no answer" : sandbox::token(webhook.history.back().verdict);
    const auto node = world.nodes().are_several() ? world.node_of(webhook) : std::nullopt;
    const std::string what =
        node ? Nodes::name(*node) + " verified, stored, and answered with the signed nonce"
             : "webhook verified, stored, answered with the signed nonce";
    co_return check(what, world.acknowledged(id), cli::duration_text(took), seen);
}

Task<const Told*> Stage::partner_told(const Sent& sent, std::string_view type,
                                      std::string_view what, std::optional<Instant> since) {
    co_await world.until(
        [this, &sent, type] { return world.told().find(sent.transaction_id, type) != nullptr; });
    const Told* const told = world.told().find(sent.transaction_id, type);
    if (told == nullptr) {
        check(what, false, {}, "nothing came");
        co_return nullptr;
    }
    const Instant from = since.value_or(world.webhook(sent.ids.front()).first_sent);
    check(what, true, cli::duration_text((told->received - from).count()));
    co_return told;
}

Task<const Told*> Stage::partner_told_of(std::string subject, std::string_view type,
                                         std::string_view what, Instant since) {
    co_await world.until([&] { return world.told().find_of(subject, type) != nullptr; });
    const Told* const told = world.told().find_of(subject, type);
    const std::int64_t took = told == nullptr ? 0 : (told->received - since).count();
    check(what, told != nullptr, cli::duration_text(took), "nothing came");
    co_return told;
}

void Stage::matched_at(const Answer& settlement, std::int64_t rank) {
    equal(fmt::format("matched at rank {}", rank), settlement.number("match.rank"), rank,
          settlement.text("match.rule"));
}

Task<Answer> Stage::settlement_of(std::string transaction_id) {
    const std::vector<wire::JsonDocument> all = co_await world.ask_all("/v1/settlements");
    for (const wire::JsonDocument& one : all)
        if (text_at(one.root(), "transaction_id") == transaction_id)
            co_return co_await world.ask("GET", "/v1/settlements/" + text_at(one.root(), "id"));
    co_return Answer{0, *wire::JsonDocument::parse("{}"), "no settlement of this transaction"};
}

} // namespace settled::demo
