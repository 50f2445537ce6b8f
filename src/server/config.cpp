#include "server/config.h"

#include "custody/aws/environment.h"
#include "custody/aws/sources.h"
#include "custody/schemes.h"

#include <fmt/format.h>

#include <charconv>

namespace settled::server {

namespace {

custody::aws::Source aws_source(std::string_view word) {
    using custody::aws::Source;
    for (const Source source : {Source::environment, Source::web_identity, Source::profile,
                                Source::container, Source::instance})
        if (word == custody::aws::token(source))
            return source;
    return Source::automatic;
}

custody::aws::Settings aws_settings(const Config& config) {
    return {.region = config.aws_region,
            .endpoint_url = config.aws_endpoint_url,
            .secrets_manager_url = config.aws_secrets_manager_url,
            .s3_url = config.aws_s3_url,
            .sts_url = config.aws_sts_url,
            .credentials = aws_source(config.aws_credentials),
            .tenant_prefix = config.aws_tenant_prefix,
            .refresh = config.secrets_refresh,
            .allow_s3_without_kms = config.allow_s3_without_kms};
}

} // namespace

std::string tenant_secrets_directory(const Config& config) {
    return config.tenant_directory.empty() ? config.data + "/secrets" : config.tenant_directory;
}

custody::Settings custody_settings(const Config& config) {
    using custody::pkcs11::Mechanism;
    Mechanism mechanism = Mechanism::automatic;
    if (config.pkcs11_mechanism == "sha256-rsa-pkcs")
        mechanism = Mechanism::sha256_rsa_pkcs;
    if (config.pkcs11_mechanism == "rsa-pkcs")
        mechanism = Mechanism::rsa_pkcs;
    return {{config.pkcs11_modules, mechanism, config.pkcs11_sessions}, aws_settings(config)};
}

std::vector<std::string> secret_variables(const Config& config) {
    constexpr std::string_view scheme = "env:";
    std::vector<std::string> names = custody::aws::secret_variables();
    for (const std::string& uri : {config.store_password, config.master_key,
                                   config.kafka.sasl_password, config.kafka.key, config.tls_key})
        if (uri.starts_with(scheme))
            names.push_back(uri.substr(scheme.size()));
    for (const auto& [header, uri] : config.traces_headers)
        if (uri.starts_with(scheme))
            names.push_back(uri.substr(scheme.size()));
    return names;
}

Result<ListenAddress> parse_listen(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const auto wrong = [] { return fail(Code::config_invalid, "listen must be ADDRESS:PORT"); };
    if (colon == text.npos || colon == 0)
        return wrong();
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    const std::string_view port = text.substr(colon + 1);
    ListenAddress listen{std::string(address), 0};
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
    if (error != std::errc{} || end != port.data() + port.size())
        return wrong();
    return listen;
}

std::string to_text(const std::vector<ConfigProblem>& problems) {
    std::string text;
    for (const ConfigProblem& problem : problems) {
        if (!problem.origin.name.empty())
            text += problem.origin.name + ":";
        if (problem.origin.line > 0)
            text += fmt::format("{}:", problem.origin.line);
        text += text.empty() || text.ends_with('\n') ? "" : " ";
        text += problem.message + "\n";
    }
    return text;
}

} // namespace settled::server
