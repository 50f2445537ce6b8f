// The commands of the binary, one file each. A command adds itself to the command line and, when
// chosen, leaves the exit status.
#pragma once

#include "app/config.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::app {

// What all commands share.
struct CommandLine {
    CLI::App root{"settled: tells a business the moment its money has really moved", "settled"};
    int exit_status = 0;
};

// Options that say which installation is meant: --config, --data, --store, --listen.
struct InstallationOptions {
    std::string config_file;
    std::string data;
    std::string store_url;
    std::string listen;
    std::vector<std::string> roles; // empty: as the file says
    void add_to(CLI::App& command, bool with_listen);
    // The file's settings under the command line's; prints every problem and gives nullopt if there
    // is one.
    std::optional<Config> load() const;
};

void add_serve(CommandLine& line);
void add_check_config(CommandLine& line);
void add_migrate(CommandLine& line);
void add_store(CommandLine& line);
void add_keys(CommandLine& line);
void add_sources(CommandLine& line);
void add_webhooks(CommandLine& line);
void add_institutions(CommandLine& line);
void add_import(CommandLine& line);
void add_export(CommandLine& line);
void add_reviews(CommandLine& line);
void add_sandbox(CommandLine& line);
void add_demo(CommandLine& line);
void add_bench(CommandLine& line);
void add_audit(CommandLine& line);
void add_replay(CommandLine& line);

// Prints an error as people want it, "settled: what\n  hint", and gives exit status 1.
int report(const Error& error);

} // namespace settled::app
