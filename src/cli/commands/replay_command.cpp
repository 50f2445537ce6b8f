// `settled replay --rules FILE`: what the recorded facts would have come to under other rules.
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/progress.h"
#include "cli/reports/replay_report.h"
#include "server/open_store.h"
#include "server/rules_file.h"
#include "server/run.h"
#include "server/tenant.h"
#include "store/sqlite/scratch_store.h"

#include <utility>

namespace settled::cli {

namespace {

Result<units::ReplayReport> replay(const server::Config& config, const std::string& tenant_name,
                                   std::shared_ptr<const match::RuleSet> rules) {
    SystemRng rng;
    TRY(const server::OpenedStore opened, server::open_store_for_reading(config, rng));
    TRY(const TenantId tenant, server::run_to_end(server::find_tenant(*opened.store, tenant_name)));
    TRY(const auto scratch, store::sqlite::ScratchStore::make());
    Progress bar;
    units::ReplayOptions how;
    how.tenant = tenant;
    how.rules = std::move(rules);
    how.unmatched_grace = config.unmatched_after;
    how.watermark = config.watermark;
    how.until = SystemClock().now();
    how.progress = [&bar](std::int64_t done, std::int64_t all) {
        bar.show("replaying", static_cast<std::size_t>(done), static_cast<std::size_t>(all));
    };
    auto report =
        server::run_to_end(units::replay(*opened.store, scratch->store(), std::move(how)));
    opened.store->stop();
    return report;
}

int run_replay(Invocation& in) {
    const auto config = in.config();
    if (!config)
        return exit_usage;
    const auto rules = server::load_rules(in.text("--rules"));
    if (!rules)
        return in.out().problem(rules.error());
    const auto result = replay(*config, in.text("--tenant", "main"),
                               std::make_shared<const match::RuleSet>(*rules));
    if (!result)
        return in.out().problem(result.error());
    if (in.out().is_json())
        in.out().json(replay_as_json(*result, rules->name));
    else
        in.out().text(replay_as_text(*result, rules->name));
    return exit_done;
}

} // namespace

std::vector<Command> replay_commands() {
    return {
        {.name = "replay",
         .sentence = "what the recorded payments and settlements would come to under other rules",
         .place = Place::machine,
         .output = Output::both,
         .options = {{.name = "--rules",
                      .value = "FILE",
                      .help = "TOML file of the rule set (docs/matching.md)",
                      .required = true,
                      .is_file = true},
                     {.name = "--tenant", .value = "NAME", .help = "whose facts (default main)"}},
         .notes = "It reads the store, also while a server runs, and writes nothing into it.",
         .run = run_replay}};
}

} // namespace settled::cli
