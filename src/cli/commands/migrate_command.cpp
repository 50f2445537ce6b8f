#include "cli/commands.h"
#include "cli/invocation.h"
#include "server/open_store.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

int run_migrate(Invocation& in) {
    const auto config = in.config();
    if (!config)
        return exit_usage;
    SystemRng rng;
    const Result<server::Migrated> migrated = server::migrate_store(*config, rng);
    if (!migrated)
        return in.out().problem(migrated.error());
    if (migrated->is_new)
        server::report_new_store(*config);
    if (migrated->is_new || migrated->count > 0)
        in.changed(place_of(*config));
    if (in.out().is_json()) {
        wire::JsonWriter w;
        w.object().member("is_new", migrated->is_new).member("migrations", migrated->count).end();
        in.out().json(w.text());
        return exit_done;
    }
    if (migrated->count > 0)
        in.out().sentence(fmt::format("{} migration{} run; the store's schema is up to date",
                                      migrated->count, migrated->count == 1 ? "" : "s"));
    else
        in.out().sentence("the store's schema is up to date");
    return exit_done;
}

} // namespace

std::vector<Command> migrate_commands() {
    return {{.name = "migrate",
             .sentence = "bring the store's schema up to date, and make it where there is none",
             .place = Place::machine,
             .output = Output::both,
             .run = run_migrate}};
}

} // namespace settled::cli
