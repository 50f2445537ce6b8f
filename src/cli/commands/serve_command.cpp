#include "cli/commands.h"
#include "cli/invocation.h"
#include "observe/log.h"
#include "server/server.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

namespace settled::cli {

namespace {

// Keys live in this process: no core file, no debugger of other users.
void protect_memory() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

LogLevel level_of(const server::Config& config) {
    return config.log_level == "debug"  ? LogLevel::debug
           : config.log_level == "info" ? LogLevel::info
           : config.log_level == "warn" ? LogLevel::warn
                                        : LogLevel::error;
}

int run_serve(Invocation& in) {
    const auto config = in.config();
    if (!config)
        return exit_usage;
    protect_memory();
    std::signal(SIGPIPE, SIG_IGN);
    log::start(level_of(*config));
    const auto mark =
        in.has("--after-restore") ? server::AfterRestore::yes : server::AfterRestore::no;
    const auto served = server::serve(*config, mark, [&](const server::Listening& listening) {
        log::info(
            "server.ready",
            {{"address", listening.address}, {"port", listening.port}, {"data", config->data}});
    });
    log::stop();
    return served ? exit_done : in.out().problem(served.error());
}

} // namespace

std::vector<Command> serve_commands() {
    return {{.name = "serve",
             .sentence = "run the server",
             .place = Place::machine,
             .options = {{.name = "--listen",
                          .value = "ADDRESS:PORT",
                          .help = "where to serve (default 127.0.0.1:8080)"},
                         {.name = "--role",
                          .value = "ROLES",
                          .help = "what this server does, separated by commas (default all)",
                          .choices = {"intake", "worker", "api", "all"},
                          .commas = true},
                         {.name = "--after-restore",
                          .help = "the store was put back to an older state: no call that moves "
                                  "money is sent until `settled calls resume`"}},
             .notes =
                 "It runs until SIGTERM or SIGINT, and then finishes what is under way. Log lines "
                 "are JSON, on standard error.",
             .run = run_serve}};
}

} // namespace settled::cli
