#include "intake/platform_dialect.h"

#include "connectors/clearmatch/settings.h"
#include "custody/time_zones.h"

#include <utility>
#include <vector>

namespace settled::intake {

Result<std::unique_ptr<const Dialect>>
PlatformDialect::open(const domain::ConnectorSettings& settings, const custody::Custody& custody) {
    TRY(const auto platform, connectors::clearmatch::parse_platform_settings(settings.platform));
    std::vector<Secret> passwords;
    TRY(Secret password, custody.read_secret(settings.webhook_secret));
    passwords.push_back(std::move(password));
    TRY(auto auth, connectors::BasicAuth::make(settings.webhook_username, passwords));
    TRY(auto zone, custody::open_time_zone(platform.time_zone));
    return std::make_unique<const PlatformDialect>(
        std::move(auth), connectors::clearmatch::MessageRules{
                             platform.lenient_json, platform.partner_code, std::move(zone)});
}

Result<std::string_view> PlatformDialect::prove(const net::Request& request, Instant) const {
    if (request.fields.count("Authorization") > 1)
        return fail(Code::signature_malformed, "there is more than one Authorization header");
    TRY_VOID(auth_.check([&](std::string_view name) { return request.fields.find(name); }));
    return std::string_view();
}

Result<domain::InboundWebhook> PlatformDialect::read(std::string_view body) const {
    return connectors::clearmatch::read_message(rules_, body);
}

std::optional<domain::InboundWebhook> PlatformDialect::kept(std::string_view body,
                                                            const Error& why) const {
    if (!connectors::clearmatch::is_kept(why))
        return std::nullopt;
    return connectors::clearmatch::unreadable_message(body, why.detail);
}

} // namespace settled::intake
