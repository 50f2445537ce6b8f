#include "app/commands.h"

#include "crypto/kept_variables.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace settled::app {

void InstallationOptions::add_to(CLI::App& command, bool with_listen) {
    command.add_option("--config", config_file, "settings file (TOML); all settings have defaults")
        ->check(CLI::ExistingFile);
    command.add_option("--data", data, "directory of the store and its keys (default ./data)");
    command.add_option("--store", store_url,
                       "postgresql://… (default: SQLite in the data directory); give a URL with a "
                       "password in SETTLED_STORE_URL, where others do not see it");
    if (with_listen)
        command.add_option("--listen", listen, "ADDRESS:PORT to serve on (default 127.0.0.1:8080)");
}

std::optional<Config> InstallationOptions::load() const {
    LoadedConfig loaded;
    if (!config_file.empty())
        loaded = load_config(config_file);
    if (!data.empty())
        loaded.config.data = data;
    if (const char* const url = std::getenv("SETTLED_STORE_URL"); url != nullptr)
        loaded.config.store_url = url;
    if (!store_url.empty())
        loaded.config.store_url = store_url;
    if (!listen.empty())
        loaded.config.listen = listen;
    if (!roles.empty())
        loaded.config.roles = roles;
    auto problems = std::move(loaded.problems);
    for (ConfigProblem& problem : check_config(loaded.config))
        problems.push_back(std::move(problem));
    if (problems.empty()) {
        crypto::keep_variables(secret_variables(loaded.config));
        return loaded.config;
    }
    fmt::print(stderr, "settled: the configuration has {} problem{}\n{}", problems.size(),
               problems.size() == 1 ? "" : "s", to_text(problems));
    return std::nullopt;
}

int report(const Error& error) {
    fmt::print(stderr, "settled: {} ({})\n", info(error.code).title, info(error.code).token);
    if (!error.detail.empty())
        fmt::print(stderr, "  {}\n", error.detail);
    return 1;
}

} // namespace settled::app
