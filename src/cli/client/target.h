// Which server a command talks to, or which store it opens.
//
// The first that is given, an option before a variable: --url, --data with --config and --store;
// SETTLED_URL, SETTLED_DATA; the server of the `settled dev` of this directory;
// /etc/settled/settled.toml if it is there; ./data.
#pragma once

#include "base/secret.h"
#include "cli/client/dev_state.h"
#include "cli/parse.h"
#include "server/config.h"

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace settled::cli {

// A variable of the environment; nullopt: it is not set. An empty one counts as not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
Environment process_environment();

// A server on another machine, or on this one by its URL.
struct RemoteServer {
    std::string url; // https://host[:port][/prefix], no slash at the end; http:// on loopback
    Secret key;      // empty: none is sent
    std::string authorities; // PEM file in addition to the system's; empty: none
};

// The settings of this machine: the file's, under those that were given.
struct LocalServer {
    std::string config_file;
    std::string data;      // of --data
    std::string store_url; // of --store
    std::string listen;    // of --listen
    std::vector<std::string> roles;
    std::string data_variable;  // of SETTLED_DATA: below what the file says
    std::string store_variable; // of SETTLED_STORE_URL: above it

    // Fails with all that is wrong; to_text() shows it.
    std::expected<server::Config, std::vector<server::ConfigProblem>> load() const;
};

// "./data", or that it is the database: a URL may hold a password.
std::string place_of(const server::Config& config);

struct Target {
    std::optional<RemoteServer> remote; // else this machine
    LocalServer local;
};

inline constexpr std::string_view system_config_file = "/etc/settled/settled.toml";

// Reads a key from its file where one is named, and changes nothing. The error is a sentence.
std::expected<Target, std::string>
choose_target(const Command& command, const Given& given, const Environment& environment,
              std::string_view system_config = system_config_file,
              std::string_view dev = dev_directory);
// Of a URL that was given: https, or http on loopback; without a slash at its end.
std::expected<std::string, std::string> checked_url(std::string text);
// Whether the host of a URL is this machine's loopback.
bool is_loopback(const std::string& host);

} // namespace settled::cli
