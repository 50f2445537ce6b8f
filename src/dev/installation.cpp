#include "dev/installation.h"

#include "cli/client/api_call.h"
#include "cli/json_text.h"
#include "crypto/webhook_signature.h"
#include "custody/custody.h"
#include "sandbox/core_bank/core_webhooks.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <fstream>

namespace settled::dev {

namespace {

using cli::text_at;

constexpr std::string_view account_iban = "GB57CLRB04040100057354";
constexpr std::string_view account_name = "Shop Ltd";
constexpr std::string_view payment_id = "order-1";

// Waits are short: a developer looks on.
constexpr std::string_view settings = R"(# Of `settled dev`, which writes this file at each start.
[server]
listen = "127.0.0.1:{port}"
data = "{directory}/data"

[matching]
unmatched_after_seconds = 2
watermark_seconds = 1

[delivery]
retry_after_seconds = [1, 1, 2, 2, 5, 5, 10, 30, 60, 300, 3600]

[calls]
timeout_seconds = 5
retry_after_seconds = [1, 1, 2, 4]
query_after_seconds = [2, 1, 2, 4]
probe_every_seconds = 1

[notifications]
retry_after_seconds = [1, 1, 2, 4]

[calendar]
chaps_hours = "00:00-24:00"
chaps_days = "all"

[egress]
https_only = false
allow = ["127.0.0.0/8", "::1/128"]
trusted_certificates = "{authority}"
)";

std::string local_url(std::uint16_t port) {
    return fmt::format("http://127.0.0.1:{}", port);
}

// As it stands between the quotes of a settings file.
std::string in_quotes(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out;
}

// The store is opened once for all calls.
class Setup {
  public:
    explicit Setup(const server::Config& config) : api_(config) {}

    Result<wire::JsonDocument> ask(std::string method, std::string target, std::string body) {
        TRY(const net::Response answer, api_.call({.method = std::move(method),
                                                   .target = target,
                                                   .body = std::move(body),
                                                   .begins = true}));
        if (answer.status < 200 || answer.status >= 300)
            return fail(Code::internal,
                        fmt::format("the new server answers {}: {}", target, answer.body));
        return wire::JsonDocument::parse(answer.body);
    }
    Result<wire::JsonDocument> make(std::string_view what, wire::JsonWriter body) {
        return ask("POST", fmt::format("/v1/{}?tenant=main", what), std::move(body).text());
    }

  private:
    cli::LocalApi api_;
};

Result<> make_key(Setup& setup, cli::DevState& state) {
    wire::JsonWriter w;
    w.object().member("name", "settled dev").key("scopes").array().value("*").end().end();
    TRY(const wire::JsonDocument made, setup.make("api-keys", std::move(w)));
    state.key = Secret(text_at(made.root(), "key"));
    return {};
}

Result<> connect_bank(Setup& setup, sandbox::Sandbox& sandbox) {
    const sandbox::KeyFiles& keys = sandbox.key_files();
    TRY(const Secret bank_key, custody::read_secret("file:" + keys.bank_public_key));
    wire::JsonWriter w;
    w.object().member("name", connector_name).member("kind", "clearbank");
    // A public key, read by the same careful reader.
    w.key("bank_keys").array().value(bank_key.reveal()).end();
    w.member("signing_key", "file:" + keys.institution_private_key);
    w.member("api_url", local_url(sandbox.ports().bank));
    w.member("api_token", "file:" + keys.api_token);
    w.member("institution_account", sandbox.accounts().real_account_id());
    w.member("debtor_name", account_name).member("debtor_address", "1 High Street, London").end();
    TRY_VOID(setup.make("connectors", std::move(w)));
    return {};
}

Result<> connect_core_bank(Setup& setup, sandbox::Sandbox& sandbox) {
    const sandbox::KeyFiles& keys = sandbox.key_files();
    wire::JsonWriter w;
    w.object().member("name", core_bank_name).member("kind", "mambu");
    w.member("api_url", local_url(sandbox.ports().core_bank) + "/api");
    w.member("api_key", "file:" + keys.core_bank_key);
    w.key("webhook_secret").object().member("header", sandbox::CoreWebhooks::header);
    w.member("secret", "file:" + keys.core_bank_webhook).end();
    w.key("settings").object().member("bank_connector", connector_name);
    w.key("debtor").object().member("iban", sandbox.accounts().real_account_iban());
    w.member("name", account_name).member("address", "1 High Street, London").end();
    w.key("transaction_fields").object().member("creditor_sort_code", "creditorSortCode");
    w.member("creditor_account_number", "creditorAccountNumber").end().end().end();
    TRY_VOID(setup.make("connectors", std::move(w)));
    return {};
}

Result<> connect_platform(Setup& setup, sandbox::Sandbox& sandbox) {
    const sandbox::KeyFiles& keys = sandbox.key_files();
    const std::string url = local_url(sandbox.ports().platform);
    wire::JsonWriter w;
    w.object().member("name", platform_name).member("kind", "clearmatch");
    w.member("webhook_username", "platform");
    w.member("webhook_password", "file:" + keys.platform_password);
    w.member("content_url_prefix", url + "/v1/").member("token_url", url + "/oauth/token");
    w.member("client_id", "settled");
    w.member("client_secret", "file:" + keys.platform_client_secret).end();
    TRY_VOID(setup.make("connectors", std::move(w)));
    return {};
}

Result<> make_account(Setup& setup, cli::DevState& state) {
    wire::JsonWriter w;
    w.object().member("iban", account_iban).member("name", account_name).end();
    TRY_VOID(setup.make("accounts", std::move(w)));
    state.account = account_iban;
    return {};
}

Result<> make_endpoint(Setup& setup, sandbox::Sandbox& sandbox, cli::DevState& state) {
    wire::JsonWriter w;
    w.object().member("url", local_url(sandbox.ports().partner) + "/settled");
    w.key("events").array().value("*").end().end();
    TRY(const wire::JsonDocument made, setup.make("endpoints", std::move(w)));
    state.endpoint = text_at(made.root(), "id");
    state.endpoint_secret = Secret(text_at(made.root(), "secret"));
    return {};
}

Result<> register_payment(Setup& setup, cli::DevState& state) {
    wire::JsonWriter w;
    w.object().member("client_id", payment_id).member("institution_id", "modelo-sandbox");
    w.member("scheme", "fps").key("amount").object().member("value", "12.34");
    w.member("currency", "GBP").end().member("reference", "INV-2026-0001");
    w.member("end_to_end_id", "E2E4f1c0001").key("payee").object();
    w.member("name", account_name).member("iban", account_iban).end().end();
    TRY_VOID(setup.make("payments", std::move(w)));
    state.payment = payment_id;
    return {};
}

// The accounts at the model bank that the server knows, page by page.
Result<> reopen_accounts(Setup& setup, sandbox::Sandbox& sandbox) {
    std::string after;
    do {
        TRY(const wire::JsonDocument page,
            setup.ask("GET",
                      "/v1/accounts?tenant=main&limit=500" +
                          (after.empty() ? std::string() : "&after=" + after),
                      ""));
        const auto data = page.root().member("data");
        for (std::size_t i = 0; data && i < data->size(); ++i) {
            const std::string name = text_at(data->at(i), "name");
            // One that is of another bank is refused, and is none of the sandbox's.
            (void)sandbox.accounts().open({name.empty() ? std::string(account_name) : name,
                                           text_at(data->at(i), "iban"), ""});
        }
        after = text_at(page.root(), "next");
    } while (!after.empty());
    return {};
}

} // namespace

Result<server::Config> write_settings(const Directory& directory,
                                      const sandbox::KeyFiles& key_files) {
    const std::string path = directory.file("settled.toml");
    std::ofstream file(path);
    file << fmt::format(fmt::runtime(settings), fmt::arg("port", directory.state().ports.server),
                        fmt::arg("directory", in_quotes(directory.path())),
                        fmt::arg("authority", in_quotes(key_files.partner_authority)));
    file.close();
    if (!file)
        return fail(Code::io_failed, "cannot write " + path);
    server::LoadedConfig loaded = server::load_config(path);
    for (server::ConfigProblem& problem : server::check_config(loaded.config))
        loaded.problems.push_back(std::move(problem));
    if (!loaded.problems.empty())
        return fail(Code::config_invalid, server::to_text(loaded.problems));
    return std::move(loaded.config);
}

Result<> make_installation(Directory& directory, const server::Config& config,
                           sandbox::Sandbox& sandbox) {
    Setup setup(config);
    cli::DevState& state = directory.state();
    state.url = local_url(state.ports.server);
    state.control = local_url(state.ports.control);
    state.connector = connector_name;
    TRY_VOID(connect_bank(setup, sandbox));
    TRY_VOID(connect_core_bank(setup, sandbox));
    TRY_VOID(connect_platform(setup, sandbox));
    TRY_VOID(make_account(setup, state));
    TRY_VOID(make_endpoint(setup, sandbox, state));
    TRY_VOID(register_payment(setup, state));
    TRY_VOID(make_key(setup, state));
    return cli::write_dev_state(directory.path(), state);
}

Result<> remind_sandbox(Directory& directory, const server::Config& config,
                        sandbox::Sandbox& sandbox) {
    const cli::DevState& state = directory.state();
    Setup setup(config);
    TRY_VOID(reopen_accounts(setup, sandbox));
    TRY(Secret key, crypto::parse_webhook_secret(state.endpoint_secret.reveal())); // to check with
    sandbox.partner().set_credentials("/settled", {std::move(key), {}, {}});
    const auto hook = [&state](std::string_view connector) {
        return fmt::format("{}/hooks/{}", state.url, connector);
    };
    TRY(net::Url platform_hook, net::Url::parse(hook(platform_name)));
    sandbox.platform().notifier().set_target(std::move(platform_hook), "platform",
                                             sandbox.platform_password());
    sandbox::Targets targets;
    targets.webhook_url = hook(connector_name);
    targets.settled_url = state.url;
    targets.api_key = state.key.copy();
    targets.core_bank_webhook_url = hook(core_bank_name);
    return sandbox.aim(std::move(targets));
}

} // namespace settled::dev
