#include "demo/installation_files.h"

#include "cli/client/api_call.h"
#include "custody/custody.h"
#include "sandbox/core_bank/core_webhooks.h"
#include "server/secrets_http.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace settled::demo {

namespace {

constexpr std::string_view settings = R"([matching]
unmatched_after_seconds = {0}
watermark_seconds = {0}

[delivery]
retry_after_seconds = [1, 1, 1, 2, 2, 4, 4, 8, 8, 8]

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
trusted_certificates = "{1}"
)";

// The shortest lease that is allowed: the story waits for the end of one.
constexpr std::string_view shared_settings = R"(
[store]
master_key = "{}"

[node]
lease_seconds = 20
)";

Result<> write_settings(const ServerPlace& place, const SharedStore& store,
                        const sandbox::KeyFiles& keys, KeysIn keys_in) {
    std::ofstream file(place.config_file);
    file << fmt::format(fmt::runtime(settings), unmatched_after_seconds, keys.partner_authority);
    if (!store.url.empty())
        file << fmt::format(fmt::runtime(shared_settings), store.master_key_file);
    file << settings_of(keys_in);
    file.close();
    if (!file)
        return fail(Code::io_failed, "cannot write " + place.config_file);
    return {};
}

// Calls that make something answer 201 with it.
Result<wire::JsonDocument> make(const server::Config& config, std::string target,
                                std::string body) {
    TRY(const net::Response answer, cli::call_api(config, {.method = "POST",
                                                           .target = std::move(target),
                                                           .body = std::move(body),
                                                           .begins = true}));
    if (answer.status != 201)
        return fail(Code::internal, "the new installation answered " + answer.body);
    return wire::JsonDocument::parse(answer.body);
}

Result<Secret> make_key(const server::Config& config) {
    wire::JsonWriter w;
    w.object().member("name", "demo").key("scopes").array().value("*").end().end();
    TRY(const wire::JsonDocument made,
        make(config, "/v1/api-keys?tenant=main", std::move(w).text()));
    const auto key = made.root().member("key");
    if (!key || !key->string())
        return fail(Code::internal, "the new API key has no key");
    return Secret(std::string(*key->string()));
}

Result<> make_connector(const server::Config& config, const BankPlace& bank,
                        const sandbox::KeyFiles& keys, const KeyPlaces& places) {
    TRY(const Secret bank_key, custody::read_secret("file:" + keys.bank_public_key));
    wire::JsonWriter w;
    w.object().member("name", "clearbank").member("kind", "clearbank");
    // A public key, read by the same careful reader.
    w.key("bank_keys").array().value(bank_key.reveal()).end();
    w.member("signing_key", places.signing_key);
    w.member("api_url", bank.api_url).member("api_token", places.api_token);
    w.member("institution_account", bank.institution_account);
    w.member("debtor_name", "ACME Lending Ltd");
    w.member("debtor_address", "1 High Street, London").end();
    TRY(const wire::JsonDocument made,
        make(config, "/v1/connectors?tenant=main", std::move(w).text()));
    return {};
}

Result<> make_platform(const server::Config& config, const std::string& platform_url,
                       const sandbox::KeyFiles& keys) {
    wire::JsonWriter w;
    w.object().member("name", "clearmatch").member("kind", "clearmatch");
    w.member("webhook_username", "platform");
    w.member("webhook_password", "file:" + keys.platform_password);
    w.member("content_url_prefix", platform_url + "/v1/");
    w.member("token_url", platform_url + "/oauth/token").member("client_id", "settled");
    w.member("client_secret", "file:" + keys.platform_client_secret).end();
    TRY(const wire::JsonDocument made,
        make(config, "/v1/connectors?tenant=main", std::move(w).text()));
    return {};
}

} // namespace

Result<WorkDirectory> WorkDirectory::make(bool keep) {
    const char* const parent = std::getenv("TMPDIR");
    std::string path = std::string(parent != nullptr && *parent != '\0' ? parent : "/tmp") +
                       "/settled-demo-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) // mode 0700
        return fail(Code::io_failed, "cannot make " + path + ": " + std::strerror(errno));
    return WorkDirectory(std::move(path), keep);
}

WorkDirectory::WorkDirectory(WorkDirectory&& other) noexcept
    : path_(std::move(other.path_)), keep_(other.keep_) {
    other.path_.clear();
}

WorkDirectory::~WorkDirectory() {
    if (path_.empty() || keep_)
        return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

namespace {

Result<server::Config> config_of(const ServerPlace& place, const SharedStore& store) {
    server::LoadedConfig loaded = server::load_config(place.config_file);
    if (!loaded.problems.empty())
        return fail(Code::config_invalid, server::to_text(loaded.problems));
    loaded.config.data = place.data;
    loaded.config.store_url = store.url;
    return std::move(loaded.config);
}

} // namespace

Result<Secret> prepare_installation(const ServerPlace& place, const SharedStore& store,
                                    const BankPlace& bank, const sandbox::KeyFiles& keys,
                                    KeysIn keys_in) {
    TRY_VOID(write_settings(place, store, keys, keys_in));
    TRY(const server::Config config, config_of(place, store));
    server::open_custody(config);
    TRY(const KeyPlaces places, put_keys(config, keys, keys_in));
    TRY(Secret key, make_key(config));
    TRY_VOID(make_connector(config, bank, keys, places));
    TRY_VOID(make_platform(config, bank.platform_url, keys));
    return key;
}

Result<> add_core_bank(const ServerPlace& place, const SharedStore& store,
                       const CoreBankPlace& core_bank, const sandbox::KeyFiles& keys) {
    TRY(const server::Config config, config_of(place, store));
    wire::JsonWriter w;
    w.object().member("name", core_bank_name).member("kind", "mambu");
    w.member("api_url", core_bank.api_url).member("api_key", "file:" + keys.core_bank_key);
    w.key("webhook_secret").object().member("header", sandbox::CoreWebhooks::header);
    w.member("secret", "file:" + keys.core_bank_webhook).end();
    w.key("settings").object().member("bank_connector", "clearbank");
    w.key("debtor").object().member("iban", core_bank.debtor_iban).end().end().end();
    TRY_VOID(make(config, "/v1/connectors?tenant=main", std::move(w).text()));
    return {};
}

Result<> remove_core_bank(const ServerPlace& place, const SharedStore& store) {
    TRY(const server::Config config, config_of(place, store));
    TRY(const net::Response answer,
        cli::call_api(config,
                      {.method = "DELETE",
                       .target = "/v1/connectors/" + std::string(core_bank_name) + "?tenant=main",
                       .body = {}}));
    if (answer.status != 204)
        return fail(Code::internal, "the core bank stays: " + answer.body);
    return {};
}

} // namespace settled::demo
