#include "connectors/clearmatch/settings.h"

#include "wire/json.h"
#include "wire/json_writer.h"

namespace settled::connectors::clearmatch {

std::string to_json(const PlatformSettings& settings) {
    wire::JsonWriter w;
    w.object().member("token_url", settings.token_url).member("client_id", settings.client_id);
    w.member("client_secret", settings.client_secret).member("scope", settings.scope);
    w.member("time_zone", settings.time_zone).member("partner_code", settings.partner_code);
    w.member("lenient_json", settings.lenient_json).end();
    return std::move(w).text();
}

Result<PlatformSettings> parse_platform_settings(std::string_view json) {
    PlatformSettings settings;
    if (json.empty())
        return settings;
    TRY(const auto document, wire::JsonDocument::parse(json));
    const wire::Json root = document.root();
    if (!root.is_object())
        return fail(Code::value_invalid, "the settings of a platform are an object");
    const auto text = [&root](std::string_view name) {
        const auto value = root.member(name).and_then(&wire::Json::string);
        return std::string(value.value_or(""));
    };
    settings.token_url = text("token_url");
    settings.client_id = text("client_id");
    settings.client_secret = text("client_secret");
    settings.scope = text("scope");
    settings.time_zone = text("time_zone");
    settings.partner_code = text("partner_code");
    const auto lenient = root.member("lenient_json").and_then(&wire::Json::boolean);
    settings.lenient_json = lenient.value_or(false);
    return settings;
}

} // namespace settled::connectors::clearmatch
