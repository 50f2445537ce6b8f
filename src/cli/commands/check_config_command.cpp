#include "cli/commands.h"
#include "cli/invocation.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string as_json(const std::vector<server::ConfigProblem>& problems,
                    const server::Config& config) {
    wire::JsonWriter w;
    w.object().member("valid", problems.empty());
    if (problems.empty())
        w.member("data", config.data).member("listen", config.listen);
    w.key("problems").array();
    for (const server::ConfigProblem& problem : problems) {
        w.object().member("origin", problem.origin.name).key("line");
        if (problem.origin.line > 0)
            w.value(static_cast<std::int64_t>(problem.origin.line));
        else
            w.null();
        w.member("setting", problem.setting).member("detail", problem.message).end();
    }
    w.end().end();
    return std::move(w).text();
}

int run_check(Invocation& in) {
    if (!in.out().is_json()) {
        const auto config = in.config();
        if (!config)
            return exit_usage;
        in.out().sentence(fmt::format("the configuration is good: data in {}, listening on {}",
                                      config->data, config->listen));
        return exit_done;
    }
    const auto loaded = in.load_config();
    in.out().json(loaded ? as_json({}, *loaded) : as_json(loaded.error(), {}));
    return loaded ? exit_done : exit_usage;
}

} // namespace

std::vector<Command> check_config_commands() {
    return {{.name = "check-config",
             .sentence = "say everything that is wrong with a settings file",
             .place = Place::machine,
             .output = Output::both,
             .options = {{.name = "--listen",
                          .value = "ADDRESS:PORT",
                          .help = "as for serve (default 127.0.0.1:8080)"}},
             .notes = "It reads the files that the settings name, and connects to nothing.",
             .statuses = {{exit_done, "the configuration is good"},
                          {exit_usage, "it has problems, or the words are wrong"}},
             .run = run_check}};
}

} // namespace settled::cli
