// What is wrong with settings that a file can hold.
#include "custody/aws/endpoint.h"
#include "custody/schemes.h"
#include "net/client/client.h"
#include "net/client/egress.h"
#include "net/client/name_server.h"
#include "net/server/response_text.h"
#include "net/tls.h"
#include "node/roles.h"
#include "server/config.h"
#include "server/tls_keeper.h"
#include "server/uk_rules.h"
#include "store/postgres/postgres_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace settled::server {

namespace {

class Checker {
  public:
    explicit Checker(const Config& config) : config_(config) {}

    std::vector<ConfigProblem> problems() && { return std::move(problems_); }

    void check_server();
    void check_tls();
    void check_store();
    void check_pkcs11();
    void check_aws();
    void check_matching();
    void check_retention();
    void check_egress();
    void check_traces();
    void check_kafka();
    void check_log();
    void check_roles();
    void check_uk_rules();

  private:
    void complain(std::string_view setting, std::string message) {
        const auto origin = config_.origins.find(setting);
        problems_.push_back({origin == config_.origins.end() ? ConfigOrigin() : origin->second,
                             std::string(setting), std::move(message)});
    }
    // Of a file that was named and is not there.
    bool is_missing(std::string_view setting, const std::string& file) {
        std::error_code error;
        if (file.empty() || std::filesystem::exists(file, error))
            return false;
        complain(setting, fmt::format("{}: there is no file {}", setting, file));
        return true;
    }
    // Where two settings are wrong together, the one that was given is where to look.
    std::string_view given_of(std::string_view one, std::string_view other) const {
        return config_.origins.contains(one) ? one : other;
    }

    const Config& config_;
    std::vector<ConfigProblem> problems_;
};

constexpr std::string_view file_scheme = "file:";

void Checker::check_server() {
    if (const auto listen = parse_listen(config_.listen); !listen)
        complain("server.listen", "server.listen must be ADDRESS:PORT, such as 127.0.0.1:8080");
    else if (boost::system::error_code error;
             boost::asio::ip::make_address(listen->address, error), error)
        complain("server.listen",
                 fmt::format("server.listen: {} is no IP address; give one of this "
                             "machine, or 0.0.0.0 for all",
                             listen->address));
    for (const std::string& block : config_.trusted_proxies)
        if (const auto good = net::check_block(block); !good)
            complain("server.trusted_proxies", "server.trusted_proxies: " + good.error().detail);
    if (config_.proxy_protocol && config_.trusted_proxies.empty())
        complain("server.proxy_protocol", "server.proxy_protocol needs server.trusted_proxies: a "
                                          "header is taken from them alone");
    if (config_.data.empty())
        complain("server.data", "server.data must be a directory, such as ./data");
    const bool has_certificate = !config_.tls_certificate.empty();
    const bool has_key = !config_.tls_key.empty();
    if (has_certificate != has_key)
        complain(given_of("server.tls_certificate", "server.tls_key"),
                 "server.tls_certificate and server.tls_key go together");
    check_tls();
}

// A key that is in no file is read when the server starts.
void Checker::check_tls() {
    const std::string key = custody::secret_uri(config_.tls_key);
    const bool is_file = key.starts_with(file_scheme);
    const bool has_certificate = !config_.tls_certificate.empty() &&
                                 !is_missing("server.tls_certificate", config_.tls_certificate);
    const bool has_key =
        !config_.tls_key.empty() &&
        (!is_file || !is_missing("server.tls_key", key.substr(file_scheme.size())));
    if (!has_certificate || !has_key || !is_file)
        return;
    if (const auto tls = read_server_tls(config_); !tls)
        complain("server.tls_certificate", "server.tls_certificate: " + tls.error().detail);
}

void Checker::check_store() {
    if (config_.store_url.empty()) {
        if (!config_.store_password.empty())
            complain("store.password", "store.password is for a store.url; SQLite has none");
        if (config_.store_writers != 1)
            complain("store.writers", "store.writers is for a store.url; SQLite has one");
        return;
    }
    if (!store::postgres::is_postgres_url(config_.store_url))
        complain("store.url", "store.url must begin with postgresql://, or be empty for SQLite");
    else if (const auto url = store::postgres::check_url(Secret(config_.store_url)); !url)
        complain("store.url", url.error().detail);
    if (!config_.store_password.empty() && !custody::names_secret(config_.store_password))
        complain("store.password",
                 "store.password is named by file:/path, env:NAME, pkcs11:…, aws-sm:… or "
                 "s3:…");
}

void Checker::check_pkcs11() {
    for (const std::string& module : config_.pkcs11_modules)
        if (!module.starts_with('/'))
            complain("pkcs11.modules",
                     fmt::format("pkcs11.modules: {} is no absolute path", module));
        else
            is_missing("pkcs11.modules", module);
    constexpr std::array<std::string_view, 3> mechanisms{"auto", "sha256-rsa-pkcs", "rsa-pkcs"};
    if (std::ranges::find(mechanisms, config_.pkcs11_mechanism) == mechanisms.end())
        complain("pkcs11.mechanism", "pkcs11.mechanism must be auto, sha256-rsa-pkcs or rsa-pkcs");
}

void Checker::check_aws() {
    constexpr std::array<std::string_view, 6> sources{"auto",    "environment", "web-identity",
                                                      "profile", "container",   "instance"};
    if (std::ranges::find(sources, config_.aws_credentials) == sources.end())
        complain("aws.credentials", "aws.credentials must be auto, environment, web-identity, "
                                    "profile, container or instance");
    const std::array<std::pair<std::string_view, const std::string*>, 4> urls{
        {{"aws.endpoint_url", &config_.aws_endpoint_url},
         {"aws.endpoint_url_secrets_manager", &config_.aws_secrets_manager_url},
         {"aws.endpoint_url_s3", &config_.aws_s3_url},
         {"aws.endpoint_url_sts", &config_.aws_sts_url}}};
    for (const auto& [setting, url] : urls)
        if (!url->empty())
            if (const auto endpoint = custody::aws::parse_endpoint(*url); !endpoint)
                complain(setting, fmt::format("{}: {}", setting, endpoint.error().detail));
}

// The watermark is what keeps references from being decided too early; nothing shortens it
// silently.
void Checker::check_matching() {
    if (config_.watermark > config_.unmatched_after)
        complain(given_of("matching.unmatched_after_seconds", "matching.watermark_seconds"),
                 fmt::format("matching.watermark_seconds ({}) must not be more than "
                             "matching.unmatched_after_seconds ({}): a settlement would be told as "
                             "unmatched before references are decided; set both",
                             config_.watermark.count(), config_.unmatched_after.count()));
}

void Checker::check_egress() {
    for (const std::string& block : config_.allow)
        if (const auto good = net::check_block(block); !good)
            complain("egress.allow", "egress.allow: " + good.error().detail);
    for (const std::string& server : config_.name_servers)
        if (const auto parsed = net::parse_name_server(server); !parsed)
            complain("egress.name_servers", "egress.name_servers: " + parsed.error().detail);
    if (config_.trusted_certificates.empty() ||
        is_missing("egress.trusted_certificates", config_.trusted_certificates))
        return;
    if (const auto tls = net::make_client_tls(config_.trusted_certificates); !tls)
        complain("egress.trusted_certificates",
                 "egress.trusted_certificates: " + tls.error().detail);
}

// What proves who we are is sent by https, or to this machine alone.
void Checker::check_traces() {
    const auto url = config_.traces_endpoint.empty() ? Result<net::Url>()
                                                     : net::Url::parse(config_.traces_endpoint);
    if (!url)
        return complain("traces.endpoint",
                        "traces.endpoint must be the URL of an OTLP/HTTP receiver, "
                        "such as https://collector.example/v1/traces");
    const auto& headers = config_.traces_headers;
    if (!headers.empty() && config_.traces_endpoint.empty())
        complain("traces.headers", "traces.headers needs traces.endpoint");
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(url->host, error);
    const bool is_here = (!error && address.is_loopback()) || url->host == "localhost";
    if (!headers.empty() && !config_.traces_endpoint.empty() && !url->tls && !is_here)
        complain("traces.headers", "traces.headers are sent by https, or to this machine alone: "
                                   "traces.endpoint must begin with https://");
    for (const auto& [name, uri] : headers) {
        if (!net::is_field(name, "x") || net::same_name(name, "Content-Type"))
            complain("traces.headers",
                     fmt::format("traces.headers: \"{}\" is no name of an HTTP header, or is "
                                 "Content-Type, which the server sets itself",
                                 name));
        if (!custody::names_secret(uri))
            complain("traces.headers", fmt::format("traces.headers: {} is named by file:/path, "
                                                   "env:NAME, pkcs11:…, aws-sm:… or s3:…",
                                                   name));
    }
}

void Checker::check_kafka() {
    const kafka::Settings& kafka = config_.kafka;
    is_missing("kafka.ca_certificates", kafka.ca_certificates);
    is_missing("kafka.certificate", kafka.certificate);
    if (const std::string key = custody::secret_uri(kafka.key);
        !kafka.key.empty() && key.starts_with(file_scheme))
        is_missing("kafka.key", key.substr(file_scheme.size()));
    for (std::string& problem : kafka::problems_of(kafka, config_.kafka_consumers)) {
        const std::string setting = problem.substr(0, problem.find_first_of(" :"));
        complain(setting, std::move(problem));
    }
    if (!kafka.event_topics.empty() && !kafka.configured())
        complain("kafka.event_topics", "kafka.event_topics needs kafka.bootstrap_servers");
    const bool has_user = !kafka.sasl_username.empty() || !kafka.sasl_password.empty();
    if (has_user && !kafka.security_protocol.starts_with("sasl_"))
        complain("kafka.security_protocol",
                 "kafka.sasl_username and kafka.sasl_password are not used: "
                 "kafka.security_protocol must be sasl_ssl or sasl_plaintext for them");
    const bool has_files = !kafka.ca_certificates.empty() || !kafka.certificate.empty();
    if (has_files && !kafka.security_protocol.ends_with("ssl"))
        complain("kafka.security_protocol", "kafka.ca_certificates and kafka.certificate are not "
                                            "used: kafka.security_protocol must be ssl or sasl_ssl "
                                            "for them");
}

void Checker::check_log() {
    constexpr std::array<std::string_view, 4> levels{"debug", "info", "warn", "error"};
    if (std::ranges::find(levels, config_.log_level) == levels.end())
        complain("log.level", "log.level must be debug, info, warn or error");
}

void Checker::check_roles() {
    if (const auto roles = node::Roles::parse(config_.roles); !roles)
        complain("node.roles", "node.roles: " + roles.error().detail);
}

void Checker::check_retention() {
    const auto check = [this](std::string_view setting, std::int64_t days) {
        if (days != 0 && days < domain::purge_money_days_min)
            complain(
                std::string(setting),
                fmt::format("{} must be 0, or {} at least: a payment may be sent back after 90 "
                            "days",
                            setting, domain::purge_money_days_min));
    };
    check("retention.payments_days", config_.retention.payments_days);
    check("retention.calls_days", config_.retention.calls_days);
}

// The detail begins with the setting's name.
void Checker::check_uk_rules() {
    const auto name_in = [](const std::string& detail) {
        return detail.substr(0, detail.find_first_of(" :,"));
    };
    if (const auto calendar = load_calendar(config_); !calendar)
        complain(name_in(calendar.error().detail), calendar.error().detail);
    if (const auto modulus = load_modulus(config_); !modulus)
        complain(name_in(modulus.error().detail), modulus.error().detail);
}

} // namespace

std::vector<ConfigProblem> check_config(const Config& config) {
    Checker checker(config);
    checker.check_server();
    checker.check_store();
    checker.check_pkcs11();
    checker.check_aws();
    checker.check_roles();
    checker.check_log();
    checker.check_matching();
    checker.check_retention();
    checker.check_egress();
    checker.check_traces();
    checker.check_kafka();
    checker.check_uk_rules();
    return std::move(checker).problems();
}

} // namespace settled::server
