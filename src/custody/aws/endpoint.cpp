#include "custody/aws/endpoint.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::custody::aws {

namespace {

constexpr std::string_view http = "http://";
constexpr std::string_view https = "https://";

struct UrlParts {
    bool is_tls = false;
    std::string_view host; // an IPv6 address with its brackets
    std::string_view port; // empty: the scheme's
    std::string_view target;
};

UrlParts split(std::string_view url) {
    UrlParts parts;
    parts.is_tls = url.starts_with(https);
    if (!parts.is_tls && !url.starts_with(http))
        return {};
    url.remove_prefix(parts.is_tls ? https.size() : http.size());
    std::string_view authority = url.substr(0, url.find_first_of("/?"));
    parts.target = url.substr(authority.size());
    if (authority.contains('@'))
        return {};
    const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
    if (bracket == authority.npos)
        return {};
    const std::size_t colon = authority.find(':', bracket);
    parts.host = authority.substr(0, colon);
    parts.port = colon == authority.npos ? std::string_view() : authority.substr(colon + 1);
    return parts;
}

bool is_number(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_v4(std::string_view host) {
    return !host.empty() && host.find_first_not_of("0123456789.") == host.npos;
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "[::1]" || (is_v4(host) && host.starts_with("127."));
}

bool is_link_local(std::string_view host) {
    return (is_v4(host) && host.starts_with("169.254.")) || host == "[fd00:ec2::23]" ||
           host == "[fd00:ec2::254]" || host.starts_with("[fe80:");
}

std::string_view first_of(std::string_view one, std::string_view other) {
    return one.empty() ? other : one;
}

// What was configured for a service; empty: nothing.
std::string configured(Service service, const Settings& settings, const Environment& environment) {
    std::string_view own;
    std::string_view variable;
    switch (service) {
    case Service::secrets_manager:
        own = settings.secrets_manager_url;
        variable = "AWS_ENDPOINT_URL_SECRETS_MANAGER";
        break;
    case Service::s3:
        own = settings.s3_url;
        variable = "AWS_ENDPOINT_URL_S3";
        break;
    case Service::sts:
        own = settings.sts_url;
        variable = "AWS_ENDPOINT_URL_STS";
        break;
    }
    const std::string_view ours = first_of(own, settings.endpoint_url);
    if (!ours.empty())
        return std::string(ours);
    const std::string theirs = environment.text(variable);
    return theirs.empty() ? environment.text("AWS_ENDPOINT_URL") : theirs;
}

} // namespace

std::string_view token(Service service) {
    switch (service) {
    case Service::secrets_manager:
        return "secretsmanager";
    case Service::s3:
        return "s3";
    case Service::sts:
        return "sts";
    }
    return "";
}

Result<Endpoint> parse_endpoint(std::string_view url) {
    const UrlParts parts = split(url);
    const bool is_whole = !parts.host.empty() && (parts.target.empty() || parts.target == "/") &&
                          is_number(parts.port);
    if (!is_whole)
        return fail(Code::config_invalid,
                    "an endpoint of AWS is https://host or https://host:port");
    if (!parts.is_tls && !is_loopback(parts.host))
        return fail(Code::config_invalid,
                    "an endpoint of AWS is called over http on this machine alone; use https://");
    const bool is_usual = parts.port.empty() || parts.port == (parts.is_tls ? "443" : "80");
    const std::string host =
        is_usual ? std::string(parts.host) : fmt::format("{}:{}", parts.host, parts.port);
    return Endpoint{fmt::format("{}{}", parts.is_tls ? https : http, host), host, true,
                    is_v4(parts.host) || parts.host.starts_with('[') || parts.host == "localhost"};
}

Result<Endpoint> endpoint_of(Service service, std::string_view region, const Settings& settings,
                             const Environment& environment) {
    if (const std::string url = configured(service, settings, environment); !url.empty())
        return parse_endpoint(url);
    const std::string host = fmt::format("{}.{}.amazonaws.com{}", token(service), region,
                                         region.starts_with("cn-") ? ".cn" : "");
    return Endpoint{fmt::format("{}{}", https, host), host, false, false};
}

bool is_near(std::string_view url) {
    const UrlParts parts = split(url);
    return !parts.host.empty() && is_number(parts.port) &&
           (parts.is_tls || is_loopback(parts.host) || is_link_local(parts.host));
}

} // namespace settled::custody::aws
