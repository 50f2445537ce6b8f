// Settings. Every one has a default, so that a server starts with no file at all;
// config/settled.toml shows them all. The command line wins over the file.
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "bus/settings.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace settled::app {

struct Config {
    // [server]
    std::string listen = "127.0.0.1:8080"; // ADDRESS:PORT
    std::string data = "./data"; // directory of the store, the master key, the control socket
    std::string tls_certificate; // PEM chain; with tls_key: HTTPS
    std::string tls_key;
    int threads = 0; // 0: one for each core

    // [store]
    std::string store_url;      // postgresql://…; empty: SQLite in `data`. May hold a password.
    std::string store_password; // file: or env: URI; empty: in the URL, or where libpq looks
    std::string master_key;     // its file; empty: master.key in `data`
    int store_writers = 1;      // connections that commit, on PostgreSQL

    // [node]
    std::vector<std::string> roles{"all"}; // intake, worker, api
    std::chrono::seconds lease = limits::node_lease_default;

    // [log]
    std::string log_level = "info";

    // [matching]
    std::chrono::seconds unmatched_after{10};
    std::chrono::seconds watermark{2};

    // [learning]
    std::chrono::seconds learn_after{60};

    // [delivery]
    std::vector<std::chrono::seconds> retry_after; // empty: the default schedule

    // [egress]
    bool https_only = true;
    std::vector<std::string> allow;   // CIDR blocks beside the public Internet
    std::string trusted_certificates; // PEM file beside the system's roots

    bus::Settings kafka;                                // [kafka]
    std::vector<bus::ConsumerSettings> kafka_consumers; // [[kafka_consumer]], as many as wanted
};

struct ConfigProblem {
    std::string file;
    std::uint32_t line = 0; // 0: not of one line
    std::string message;
};

struct LoadedConfig {
    Config config;
    std::vector<ConfigProblem> problems; // all of them at once
};

// Unknown sections and keys, wrong types and values out of range are problems.
LoadedConfig load_config(const std::string& path);
// Settings that are each legal but together wrong, and files that are not there.
std::vector<ConfigProblem> check_config(const Config& config);

struct ListenAddress {
    std::string address;
    std::uint16_t port = 0;
};
// "127.0.0.1:8080", "[::1]:8080"
Result<ListenAddress> parse_listen(std::string_view text);

// "config.toml:12: …", a line each.
std::string to_text(const std::vector<ConfigProblem>& problems);

} // namespace settled::app
