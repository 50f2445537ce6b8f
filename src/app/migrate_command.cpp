#include "app/commands.h"
#include "app/open_store.h"

#include <fmt/format.h>

namespace settled::app {

namespace {

int run_migrate(const InstallationOptions& options) {
    const auto config = options.load();
    if (!config)
        return 2;
    const Result<int> ran = migrate_store(*config);
    if (!ran)
        return report(ran.error());
    if (*ran == 0)
        fmt::print("the store's schema is up to date\n");
    else
        fmt::print("{} migration{} run; the store's schema is up to date\n", *ran,
                   *ran == 1 ? "" : "s");
    return 0;
}

} // namespace

void add_migrate(CommandLine& line) {
    auto options = std::make_shared<InstallationOptions>();
    CLI::App* const command =
        line.root.add_subcommand("migrate", "bring the store's schema up to date, and do no more");
    options->add_to(*command, false);
    command->callback([&line, options] { line.exit_status = run_migrate(*options); });
}

} // namespace settled::app
