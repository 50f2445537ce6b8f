#include "cli/layout.h"
#include "crypto/webhook_signature.h"
#include "demo/json_path.h"
#include "demo/stage.h"
#include "match/rule_set.h"
#include "wire/json_writer.h"

namespace settled::demo {

namespace {

// Opened by the bank's signed API; the IBAN comes with a webhook, from which the server learns it.
Task<> open_account(Stage& stage) {
    World& world = stage.world;
    wire::JsonWriter w;
    w.object().key("virtualAccounts").array().object().member("ownerName", world.owner);
    w.key("accountIdentifier").object().member("externalIdentifier", "acme-1").end();
    w.end().end().end();
    const std::string target =
        "/v2/Accounts/" + world.sandbox().accounts().real_account_id() + "/Virtual";
    const Answer opened = co_await world.ask_bank("POST", target, std::move(w).text());
    stage.check("virtual account ordered at the bank, signed call", opened.status == 202, {},
                opened.shown());
    if (world.sandbox().accounts().all().empty())
        co_return;
    world.iban = world.sandbox().accounts().all().front().iban;

    const auto webhooks = world.sandbox().sender().list(0, 1, std::nullopt);
    if (!stage.check("the bank sends VirtualAccountCreated", !webhooks.empty()))
        co_return;
    co_await stage.acknowledged({{webhooks.front()->id}, {}});
    bool known = false;
    const auto accounts = co_await world.ask_all("/v1/accounts");
    for (const wire::JsonDocument& account : accounts)
        known = known || text_at(account.root(), "iban") == world.iban;
    stage.check("the account is at /v1/accounts", known);
    stage.terminal.fact("account", world.iban);
}

Task<> add_endpoint(Stage& stage) {
    World& world = stage.world;
    sandbox::Partner& partner = world.sandbox().partner();
    wire::JsonWriter w;
    w.object().member("url", fmt::format("https://localhost:{}/settled", partner.tls_port()));
    w.key("events").array().value("*").end();
    w.key("auth").object().member("type", "signature").end().end();
    const Answer made = co_await world.ask("POST", "/v1/endpoints", std::move(w).text());
    stage.check("the partner's HTTPS endpoint is added", made.status == 201, {}, made.shown());
    world.endpoint_id = made.text("id");
    auto key = crypto::parse_webhook_secret(made.text("secret"));
    if (!stage.check("its secret is shown once", key.has_value()))
        co_return;
    partner.set_credentials("/settled", {*std::move(key), {}, {}});

    const Instant started = world.sandbox().clock().now();
    co_await world.ask("POST", "/v1/endpoints/" + world.endpoint_id + "/ping");
    const bool came =
        co_await world.until([&world] { return world.told().of_type("test.ping") == 1; });
    const std::int64_t took = (world.sandbox().clock().now() - started).count();
    stage.check(
        "a ping reaches it over TLS, its signature holds", came, cli::duration_text(took),
        fmt::format("{} authentic, {} not", world.told().events(), world.told().not_authentic()));
}

// What the provider of this story can promise; without it, references wait for the watermark.
Task<> let_references_decide(Stage& stage) {
    wire::JsonWriter w;
    w.object().member("name", "registered-first").key("ranks").object();
    for (const match::Rank rank : {match::Rank::crossed_ids, match::Rank::reference_and_payer,
                                   match::Rank::reference, match::Rank::reference_part_and_payer})
        w.member(match::token(rank), match::token(match::Policy::automatic));
    w.end().end();
    const Answer made = co_await stage.world.ask("POST", "/v1/rules", std::move(w).text());
    stage.check("payments are registered first: references may decide at once", made.status == 201,
                {}, made.shown());
}

// Where the server says that the key is which signs its answers and calls.
Task<> show_key_place(Stage& stage) {
    const KeysIn place = stage.world.keys_in();
    if (place == KeysIn::files)
        co_return;
    const Answer keys = co_await stage.world.ask("GET", "/v1/signing-keys");
    const auto listed = value_at(keys.json.root(), "data");
    bool is_there = false;
    for (std::size_t i = 0; listed && i < listed->size(); ++i)
        is_there = is_there || (text_at(listed->at(i), "use") == "signing_key" &&
                                text_at(listed->at(i), "custody") == custody_of(place));
    stage.check(fmt::format("the signing key is in {}", name_of(place)), is_there, {},
                keys.shown());
}

} // namespace

Task<> scene_setup(Stage& stage) {
    World& world = stage.world;
    const std::size_t count = world.nodes().count();
    stage.begin("Getting ready",
                fmt::format("A model bank, payment provider and partner listen on this machine. {}",
                            world.nodes().are_several()
                                ? fmt::format("{} servers start beside them: nodes on one "
                                              "PostgreSQL, with one master key.",
                                              count)
                            : world.is_on_postgres()
                                ? "The server starts beside them, on an empty PostgreSQL."
                                : "The server starts beside them, with a new store."));
    for (std::size_t i = 0; i < count; ++i) {
        const auto started = co_await world.start_server(i);
        if (!stage.check(world.nodes().are_several() ? Nodes::name(i) + " up and ready"
                                                     : "server up and ready",
                         started.has_value(),
                         started ? cli::duration_text(*started) : std::string(),
                         started ? "" : started.error().detail))
            co_return;
    }
    co_await show_key_place(stage);
    co_await open_account(stage);
    co_await add_endpoint(stage);
    co_await let_references_decide(stage);
}

} // namespace settled::demo
