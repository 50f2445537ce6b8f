// What happens between the server and the partner that it notifies.
#include "cli/client/query.h"
#include "cli/trigger/money.h"
#include "cli/trigger/triggers.h"
#include "domain/event.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

// The active endpoint at the sandbox's partner. Fails with not_found.
Result<std::string> partner_endpoint(Scene& scene) {
    TRY(const Answered page, scene.ask_server("GET", "/v1/endpoints?limit=100"));
    const std::string partner = scene.place("urls.partner") + "/";
    const auto data = page.root().member("data");
    for (std::size_t i = 0; data && i < data->size(); ++i)
        if (text_at(data->at(i), "url").starts_with(partner) &&
            text_at(data->at(i), "status") == "active")
            return text_at(data->at(i), "id");
    return fail(Code::not_found, "the server has no active endpoint at the sandbox's partner: "
                                 "settled endpoints add " +
                                     partner + "settled");
}

Result<> run_ping(Scene& scene) {
    TRY(const std::string endpoint, partner_endpoint(scene));
    TRY_VOID(scene.ask_server("POST", fmt::format("/v1/endpoints/{}/ping", endpoint)));
    scene.fact("endpoint", endpoint);
    scene.expect(domain::test_ping, endpoint);
    return {};
}

Result<> run_endpoint_gone(Scene& scene) {
    const std::string path = "/gone-" + scene.mark();
    wire::JsonWriter mode;
    mode.object().member("mode", "status").member("status", 410).member("path", path).end();
    TRY_VOID(scene.ask_sandbox("PUT", "/partner/mode", std::move(mode).text()));
    wire::JsonWriter w;
    w.object().member("url", scene.place("urls.partner") + path);
    w.key("events").array().value(domain::test_ping).end().end();
    TRY(const Answered made, scene.ask_server("POST", "/v1/endpoints", std::move(w).text()));
    const std::string endpoint = made.at("id");
    scene.fact("endpoint", endpoint);
    TRY_VOID(scene.ask_server("POST", fmt::format("/v1/endpoints/{}/ping", endpoint)));
    scene.expect(domain::endpoint_disabled, endpoint);
    return {};
}

Result<> set_partner(Scene& scene, std::string_view mode) {
    TRY_VOID(scene.ask_sandbox("PUT", "/partner/mode", fmt::format(R"({{"mode":"{}"}})", mode)));
    return {};
}

// While the partner is away.
Result<std::string> settle_one(Scene& scene) {
    TRY(std::string account, scene.account());
    TriggerPayment payment{"trg-" + scene.mark(), std::move(account), "12.34",
                           "INV " + scene.mark(), ""};
    TRY_VOID(register_payment(scene, payment));
    TRY(const Reported reported, report_money(scene, money_of(payment)));
    TRY(const std::string event, scene.come(domain::settlement_matched, reported.transaction));
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(event));
    return text_at(document.root(), "id");
}

Result<bool> is_delivered(Scene& scene, const std::string& event) {
    TRY(const Answered page,
        scene.ask_server("GET", "/v1/deliveries?limit=100&event=" + query_text(event)));
    const auto data = page.root().member("data");
    bool all = data && data->size() > 0;
    for (std::size_t i = 0; data && i < data->size(); ++i)
        all = all && text_at(data->at(i), "status") == "done";
    return all;
}

Result<> run_partner_down(Scene& scene) {
    TRY(const std::string endpoint, partner_endpoint(scene));
    scene.fact("endpoint", endpoint);
    TRY_VOID(set_partner(scene, "down"));
    const auto event = settle_one(scene);
    if (event)
        scene.pause(scene.wishes().down);
    TRY_VOID(set_partner(scene, "ok")); // whatever happened
    if (!event)
        return std::unexpected(event.error());
    TRY(const bool came, scene.until([&] { return is_delivered(scene, *event); }));
    scene.fact("delivered", came ? "after the partner was back" : "not yet");
    return came ? Result<>() : fail(Code::peer_timeout, "the partner was not notified in time");
}

} // namespace

std::vector<Trigger> partner_triggers() {
    return {
        {"ping", "the partner is sent a test event", {domain::test_ping}, {}, run_ping},
        {"endpoint-gone",
         "a new endpoint answers 410, and is disabled",
         {domain::endpoint_disabled},
         {},
         run_endpoint_gone},
        {"partner-down",
         "the partner is away for a while; a payment settles, and it is notified when it is back",
         {domain::settlement_matched},
         {"--for"},
         run_partner_down},
    };
}

} // namespace settled::cli
