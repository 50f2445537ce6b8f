#include "app/commands.h"

#include <fmt/format.h>

namespace settled::app {

void add_check_config(CommandLine& line) {
    auto options = std::make_shared<InstallationOptions>();
    CLI::App* const command = line.root.add_subcommand(
        "check-config", "say everything that is wrong with a settings file");
    options->add_to(*command, true);
    command->callback([&line, options] {
        const auto config = options->load();
        line.exit_status = config ? 0 : 2;
        if (config)
            fmt::print("the configuration is good: data in {}, listening on {}\n", config->data,
                       config->listen);
    });
}

} // namespace settled::app
