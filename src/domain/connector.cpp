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
    if (settings.files_are_tenants)
        w.member("files_are_tenants", true);
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
    if (const auto tenants = root.member("files_are_tenants"))
        settings.files_are_tenants = tenants->boolean().value_or(true);
    settings.retention_days = static_cast<int>(*days->integer());
    return settings;
}

} // namespace settled::domain
