#include "app/commands.h"
#include "app/open_store.h"

#include <fmt/format.h>

namespace settled::app {

namespace {

int run_migrate(const InstallationOptions& options) {
    const auto config = options.load();
    if (!config)
        return 2;
    SystemRng rng;
    const auto migrated = migrate_store(*config, rng);
    if (!migrated)
        return report(migrated.error());
    if (migrated->is_new)
        report_new_store(*config);
    if (migrated->count == 0)
        fmt::print("the store's schema is up to date\n");
    else
        fmt::print("{} migration{} run; the store's schema is up to date\n", migrated->count,
                   migrated->count == 1 ? "" : "s");
    return 0;
}

} // namespace

void add_migrate(CommandLine& line) {
    auto options = std::make_shared<InstallationOptions>();
    CLI::App* const command = line.root.add_subcommand(
        "migrate", "bring the store's schema up to date, and make it where there is none");
    options->add_to(*command, false);
    command->callback([&line, options] { line.exit_status = run_migrate(*options); });
}

} // namespace settled::app
