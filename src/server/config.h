// Settings. Every one has a default, so that a server starts with no file at all;
// config/settled.toml shows them all. The command line wins over the environment, and both over the
// file.
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "domain/attention.h"
#include "domain/call.h"
#include "domain/retention.h"
#include "kafka/settings.h"
#include "net/bounds.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace settled::custody {
struct Settings;
}

namespace settled::server {

// Where a setting comes from, for people.
struct ConfigOrigin {
    std::string name;       // a file, an option ("--listen") or a variable ("SETTLED_DATA")
    std::uint32_t line = 0; // 0: there are no lines
};

struct Config {
    // [server]
    std::string listen = "127.0.0.1:8080"; // ADDRESS:PORT
    std::string data = "./data"; // directory of the store, the master key, the control socket
    std::string tls_certificate; // PEM chain; with tls_key: HTTPS
    std::string tls_key;         // its URI, or a path: PEM
    // https://host[:port] that partners reach this server under; empty: they do not.
    std::string public_url;
    int threads = 0; // 0: one for each core
    // For requests and answers under way, in bytes.
    std::size_t request_memory = net::bounds::memory_default;
    std::vector<std::string> trusted_proxies; // CIDR blocks whose forwarding fields are believed
    bool proxy_protocol =
        false; // required of every connection, and taken from trusted proxies alone

    // [crypto]
    bool fips = false; // OpenSSL's FIPS provider alone

    // [store]
    std::string store_url;      // postgresql://…; empty: SQLite in `data`. May hold a password.
    std::string store_password; // URI, or a path; empty: in the URL, or where libpq looks
    std::string master_key;     // URI, or a path; empty: master.key in `data`
    int store_writers = 1;      // connections that commit, on PostgreSQL

    // [custody]
    std::string tenant_directory; // holds a directory for each tenant; empty: `data`/secrets
    std::chrono::seconds secrets_refresh{300}; // of what is read from AWS
    bool allow_s3_without_kms = false;

    // [aws]
    std::string aws_region; // empty: of the URI, the environment or the profile
    std::string aws_credentials =
        "auto";                   // or environment, web-identity, profile, container, instance
    std::string aws_endpoint_url; // of all services; empty: AWS's own
    std::string aws_secrets_manager_url;
    std::string aws_s3_url;
    std::string aws_sts_url;
    std::string aws_tenant_prefix; // names below PREFIX/TENANT are a tenant's; empty: none are

    // [pkcs11]
    std::vector<std::string> pkcs11_modules; // files; no other code is loaded
    std::string pkcs11_mechanism = "auto";   // or sha256-rsa-pkcs, rsa-pkcs
    std::size_t pkcs11_sessions = 4;         // of a token

    // [node]
    std::vector<std::string> roles{"all"}; // intake, worker, api
    std::chrono::seconds lease = limits::node_lease_default;

    // [log]
    std::string log_level = "info";

    // [console]
    bool console = true; // its page is served, and browsers may sign in

    // [attention]
    domain::Attention attention;

    // [retention]
    domain::Retention retention;

    // [matching]
    std::chrono::seconds unmatched_after{10};
    domain::CallTimes calls;
    std::chrono::seconds watermark{2};
    bool suggested_reviews = true;

    // [calendar]
    std::string chaps_hours = "08:00-17:00"; // in London time
    std::string chaps_days = "working";      // or all
    std::string bank_holidays;               // a file; empty: England and Wales, by the rule
    std::string outside_hours = "queue";     // or refuse

    // [modulus]
    std::string modulus_weights; // files; empty: sort codes and account numbers are not checked
    std::string modulus_substitutions;

    // [learning]
    std::chrono::seconds learn_after{60};

    // [delivery]
    std::vector<std::chrono::seconds> retry_after; // empty: the default schedule
    std::size_t endpoints_per_tenant = limits::endpoints_per_tenant_default;

    // [notifications]
    std::vector<std::chrono::seconds> fetch_retry_after; // empty: as of deliveries

    // [egress]
    bool https_only = true;
    std::vector<std::string> allow;        // CIDR blocks in addition to the public Internet
    std::vector<std::string> name_servers; // ADDRESS or ADDRESS:PORT; none: /etc/resolv.conf's
    std::string trusted_certificates;      // PEM file in addition to the system's roots

    // [traces]
    std::string traces_endpoint;    // URL of a collector's OTLP/HTTP receiver; empty: no traces
    double traces_ratio = 1.0;      // the part of them that is exported
    bool traces_to_partners = true; // deliveries carry a traceparent
    std::map<std::string, std::string> traces_headers; // names, and the URIs of their values

    kafka::Settings kafka;                                // [kafka]
    std::vector<kafka::ConsumerSettings> kafka_consumers; // [[kafka_consumer]], as many as wanted

    // Of the settings that were given, by their names ("server.listen"); the others are defaults.
    std::map<std::string, ConfigOrigin, std::less<>> origins;
};

// Where the files are that a tenant's API keys may name.
std::string tenant_secrets_directory(const Config& config);
// What places of keys are there, and how they are reached.
custody::Settings custody_settings(const Config& config);
// Of the variables that secrets of the configuration are in (env:NAME).
std::vector<std::string> secret_variables(const Config& config);

struct ConfigProblem {
    ConfigOrigin origin;
    std::string setting; // "server.listen"; "": of none alone
    std::string message; // a sentence that names the setting
};

struct LoadedConfig {
    Config config;
    std::vector<ConfigProblem> problems; // all of them at once
};

// Unknown sections and keys, wrong types and values out of range are problems; in the order of the
// file.
LoadedConfig load_config(const std::string& path);
// What is no address, block, URL, level or role, files that are not there or hold something else,
// and settings that are each legal but together wrong. Reads those files, and changes nothing.
std::vector<ConfigProblem> check_config(const Config& config);

struct ListenAddress {
    std::string address;
    std::uint16_t port = 0;
};
// "127.0.0.1:8080", "[::1]:8080"
Result<ListenAddress> parse_listen(std::string_view text);

// "config.toml:12: …" or "--listen: …", a line each.
std::string to_text(const std::vector<ConfigProblem>& problems);

} // namespace settled::server
