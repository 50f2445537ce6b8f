#include "api/handlers/connectors/platform_patch.h"

#include "api/bounds.h"
#include "base/limits.h"
#include "connectors/clearmatch/content_url.h"
#include "connectors/clearmatch/settings.h"
#include "net/client/client.h"

namespace settled::api {

namespace {

using payloads::Reader;

Result<std::string> as_written(std::string_view text) {
    return std::string(text);
}

bool is_loopback(std::string_view host) {
    boost::system::error_code is_name;
    const auto address = boost::asio::ip::make_address(std::string(host), is_name);
    return is_name ? host == "localhost" : address.is_loopback();
}

} // namespace

Result<> check_called_url(std::string_view text, const net::EgressPolicy& egress) {
    TRY(const net::Url url, net::Url::parse(text));
    if (url.target.find('?') != url.target.npos)
        return fail(Code::url_invalid, "give an address without a query");
    if (!url.tls && egress.https_only && !is_loopback(url.host))
        return fail(Code::url_invalid, "the URL must start with https://");
    boost::system::error_code is_name;
    const auto address = boost::asio::ip::make_address(url.host, is_name);
    if (!is_name && !address.is_loopback() && !egress.permits(address))
        return fail(Code::address_forbidden, "give an address that the Internet can reach, or one "
                                             "that [egress] allows");
    return {};
}

PlatformPatch read_platform(Reader& in, PlatformFiles& files, const net::EgressPolicy& egress) {
    PlatformPatch patch;
    patch.content_url_prefix =
        in.take("content_url_prefix", bounds::url_bytes_max,
                [&](std::string_view text) -> Result<std::string> {
                    TRY_VOID(check_called_url(text, egress));
                    if (!connectors::clearmatch::is_prefix(text))
                        return fail(Code::url_invalid,
                                    "give the beginning of the URLs: scheme, host and path");
                    return std::string(text);
                });
    patch.token_url = in.take("token_url", bounds::url_bytes_max,
                              [&](std::string_view text) -> Result<std::string> {
                                  TRY_VOID(check_called_url(text, egress));
                                  return std::string(text);
                              });
    patch.client_id = in.take("client_id", limits::text_bytes_max, as_written);
    files.client_secret = in.take("client_secret", bounds::uri_bytes_max, as_written);
    patch.scope = in.take("scope", limits::text_bytes_max, as_written);
    files.time_zone = in.take("time_zone", limits::text_bytes_max, as_written);
    patch.partner_code = in.take("partner_code", limits::text_bytes_max, as_written);
    const bool lenient = in.optional_flag("lenient_json");
    if (in.has("lenient_json"))
        patch.lenient_json = lenient;
    return patch;
}

Result<> apply(domain::ConnectorSettings& settings, const PlatformPatch& patch,
               const PlatformFiles& files) {
    TRY(auto platform, connectors::clearmatch::parse_platform_settings(settings.platform));
    settings.api_url = patch.content_url_prefix.value_or(settings.api_url);
    platform.token_url = patch.token_url.value_or(platform.token_url);
    platform.client_id = patch.client_id.value_or(platform.client_id);
    platform.client_secret = files.client_secret.value_or(platform.client_secret);
    platform.scope = patch.scope.value_or(platform.scope);
    platform.time_zone = files.time_zone.value_or(platform.time_zone);
    platform.partner_code = patch.partner_code.value_or(platform.partner_code);
    platform.lenient_json = patch.lenient_json.value_or(platform.lenient_json);
    const bool any = platform.has_token() || !platform.client_id.empty() ||
                     !platform.client_secret.empty() || !platform.scope.empty();
    const bool all =
        platform.has_token() && !platform.client_id.empty() && !platform.client_secret.empty();
    if (any && !all)
        return fail(Code::value_invalid,
                    "token_url, client_id and client_secret belong together: give all three");
    if (any && settings.api_url.empty())
        return fail(Code::value_invalid,
                    "content_url_prefix is missing: a token is for content, which is fetched below "
                    "it");
    settings.platform = to_json(platform);
    return {};
}

} // namespace settled::api
