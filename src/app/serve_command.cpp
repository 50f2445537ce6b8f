#include "app/commands.h"
#include "app/server.h"
#include "observe/log.h"

#include <fmt/format.h>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

namespace settled::app {

namespace {

// Keys live in this process: no core file, no debugger of other users.
void protect_memory() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

LogLevel level_of(const Config& config) {
    return config.log_level == "debug"  ? LogLevel::debug
           : config.log_level == "info" ? LogLevel::info
           : config.log_level == "warn" ? LogLevel::warn
                                        : LogLevel::error;
}

int run_serve(const InstallationOptions& options) {
    const auto config = options.load();
    if (!config)
        return 2;
    protect_memory();
    std::signal(SIGPIPE, SIG_IGN);
    log::start(level_of(*config));
    const auto served = serve(*config, [&](const Listening& listening) {
        log::info(
            "server.ready",
            {{"address", listening.address}, {"port", listening.port}, {"data", config->data}});
    });
    log::stop();
    return served ? 0 : report(served.error());
}

} // namespace

void add_serve(CommandLine& line) {
    auto options = std::make_shared<InstallationOptions>();
    CLI::App* const command = line.root.add_subcommand("serve", "run the server");
    options->add_to(*command, true);
    command->add_option("--role", options->roles, "intake, worker, api (comma between), or all")
        ->delimiter(',');
    command->callback([&line, options] { line.exit_status = run_serve(*options); });
}

} // namespace settled::app
