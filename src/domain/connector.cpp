#include "domain/connector.h"

#include "wire/json.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::domain {

bool is_connector_name(std::string_view name) {
    constexpr std::size_t length_max = 63;
    return !name.empty() && name.size() <= length_max && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

namespace {

std::string text_of(const wire::Json& root, std::string_view name) {
    const auto value = root.member(name);
    return std::string(value ? value->string().value_or("") : "");
}

void write_core_bank(wire::JsonWriter& w, const ConnectorSettings& settings) {
    if (!settings.webhook_secret.empty()) {
        w.member("webhook_header", settings.webhook_header);
        w.member("webhook_username", settings.webhook_username);
        w.member("webhook_secret", settings.webhook_secret);
    }
    if (!settings.core_bank.empty())
        w.key("core_bank").raw(settings.core_bank);
}

void read_core_bank(const wire::Json& root, ConnectorSettings& settings) {
    settings.webhook_header = text_of(root, "webhook_header");
    settings.webhook_username = text_of(root, "webhook_username");
    settings.webhook_secret = text_of(root, "webhook_secret");
    if (const auto core_bank = root.member("core_bank"))
        settings.core_bank = core_bank->raw();
}

void write_calls(wire::JsonWriter& w, const ConnectorSettings& settings) {
    if (!makes_calls(settings))
        return;
    w.member("api_url", settings.api_url).member("api_token", settings.api_token);
    if (!settings.api_username.empty())
        w.member("api_username", settings.api_username);
    w.member("institution_account", settings.institution_account);
    w.member("debtor_name", settings.debtor_name).member("debtor_address", settings.debtor_address);
    w.member("order_max_minor", settings.order_max_minor);
    w.member("day_max_minor", settings.day_max_minor);
    w.member("enforce_send_to_scheme", settings.enforce_send_to_scheme);
    w.member("transliterate", settings.transliterate);
    w.member("review_unexplained", settings.review_unexplained);
}

void read_calls(const wire::Json& root, ConnectorSettings& settings) {
    const auto text = [&root](std::string_view name) { return text_of(root, name); };
    const auto number = [&root](std::string_view name) {
        const auto value = root.member(name);
        return value ? value->integer().value_or(0) : 0;
    };
    const auto flag = [&root](std::string_view name) {
        const auto value = root.member(name);
        return value && value->boolean().value_or(false);
    };
    settings.api_url = text("api_url");
    settings.api_token = text("api_token");
    settings.api_username = text("api_username");
    settings.institution_account = text("institution_account");
    settings.debtor_name = text("debtor_name");
    settings.debtor_address = text("debtor_address");
    settings.order_max_minor = number("order_max_minor");
    settings.day_max_minor = number("day_max_minor");
    settings.enforce_send_to_scheme = flag("enforce_send_to_scheme");
    settings.transliterate = flag("transliterate");
    settings.review_unexplained = flag("review_unexplained");
}

} // namespace

namespace {

void write_bounds(wire::JsonWriter& w, const ConnectorSettings& settings) {
    if (!settings.allow_ips.empty()) {
        w.key("allow_ips").array();
        for (const std::string& block : settings.allow_ips)
            w.value(block);
        w.end();
    }
    if (!settings.bank_key_expires.empty())
        w.member("bank_key_expires", settings.bank_key_expires);
    if (!settings.api_token_expires.empty())
        w.member("api_token_expires", settings.api_token_expires);
}

void read_bounds(const wire::Json& root, ConnectorSettings& settings) {
    const auto blocks = root.member("allow_ips");
    for (std::size_t i = 0; blocks && i < blocks->size(); ++i)
        settings.allow_ips.emplace_back(blocks->at(i).string().value_or(""));
    settings.bank_key_expires = text_of(root, "bank_key_expires");
    settings.api_token_expires = text_of(root, "api_token_expires");
}

} // namespace

std::string to_json(const ConnectorSettings& settings) {
    wire::JsonWriter w;
    w.object().key("bank_keys").array();
    for (const std::string& key : settings.bank_keys)
        w.value(key);
    w.end().member("signing_key", settings.signing_key);
    if (!settings.signature.empty())
        w.key("signature").raw(settings.signature);
    if (!settings.mapping.empty())
        w.key("mapping").raw(settings.mapping);
    if (!settings.push.empty())
        w.key("push").raw(settings.push);
    if (!settings.platform.empty())
        w.key("platform").raw(settings.platform);
    if (settings.files_are_tenants)
        w.member("files_are_tenants", true);
    write_core_bank(w, settings);
    write_calls(w, settings);
    write_bounds(w, settings);
    if (settings.expect_every_seconds > 0)
        w.member("expect_every_seconds", settings.expect_every_seconds);
    w.member("retention_days", settings.retention_days).end();
    return std::move(w).text();
}

Result<ConnectorSettings> parse_connector_settings(std::string_view json) {
    TRY(const auto document, wire::JsonDocument::parse(json));
    const wire::Json root = document.root();
    const auto keys = root.member("bank_keys");
    const auto signing_key = root.member("signing_key");
    const auto days = root.member("retention_days");
    if (!keys || !keys->is_array() || !signing_key || !signing_key->string() || !days ||
        !days->integer())
        return fail(Code::value_invalid,
                    "connector settings need bank_keys, signing_key, retention_days");
    if (*days->integer() < 1 || *days->integer() > limits::retention_days_max)
        return fail(Code::value_invalid, "retention_days is out of range");
    ConnectorSettings settings;
    for (std::size_t i = 0; i < keys->size(); ++i) {
        const auto key = keys->at(i).string();
        if (!key)
            return fail(Code::value_invalid, "a key in bank_keys is no text");
        settings.bank_keys.emplace_back(*key);
    }
    settings.signing_key = *signing_key->string();
    if (const auto signature = root.member("signature"))
        settings.signature = signature->raw();
    if (const auto mapping = root.member("mapping"))
        settings.mapping = mapping->raw();
    if (const auto push = root.member("push"))
        settings.push = push->raw();
    if (const auto platform = root.member("platform"))
        settings.platform = platform->raw();
    if (const auto tenants = root.member("files_are_tenants"))
        settings.files_are_tenants = tenants->boolean().value_or(true);
    read_core_bank(root, settings);
    read_calls(root, settings);
    read_bounds(root, settings);
    settings.retention_days = static_cast<int>(*days->integer());
    if (const auto every = root.member("expect_every_seconds"))
        settings.expect_every_seconds = every->integer().value_or(0);
    return settings;
}

} // namespace settled::domain
