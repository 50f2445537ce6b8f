// After a restore, and before one is needed.
#include "cli/doctor/check.h"
#include "server/run.h"
#include "store/queries/last_backup.h"
#include "store/queries/nodes.h"
#include "wire/time.h"

#include <fmt/format.h>

namespace settled::cli::doctor {

namespace {

constexpr std::int64_t hour_us = std::int64_t{3600} * 1'000'000;

Task<Result<std::optional<Instant>>> last_backup(store::Store& store) {
    co_return co_await store.read<std::optional<Instant>>(store::find_last_backup);
}

Task<Result<std::vector<store::NodeRow>>> nodes_of(store::Store& store) {
    co_return co_await store.read<std::vector<store::NodeRow>>(
        [](store::Session& s) { return store::list_nodes(s); });
}

Task<Result<Instant>> clock_of(store::Store& store) {
    co_return co_await store.read<Instant>(store::clock_of);
}

} // namespace

// A person ends the mark; nothing here says how.
void check_calls_held(Site& site, Findings& found) {
    const auto held = site.ask("GET", "/v1/calls/held");
    if (!held)
        return found.skipped("", held.error());
    if (held->at("held") != "true")
        return found.ok("", "calls that move money are not held");
    const std::string missing = list_at(held->root(), "not_caught_up", ", ");
    found.warning("",
                  fmt::format("calls that move money are held: the store was put back at {} to its "
                              "state of {}",
                              held->at("restored_at"), held->at("newest_row_at")),
                  {missing.empty() ? "each bank was asked for everything since; a person compares "
                                     "and lets the calls go on"
                                   : "not asked for everything since: " + safe(missing),
                   site.command("calls held")});
}

void check_backup(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr)
        return found.skipped("", "the settings do not say where the store is");
    if (!config->store_url.empty())
        return found.skipped("", "the store is a database; its own tools back it up");
    const auto& opened = site.store();
    if (!opened)
        return found.skipped("", "the store could not be opened");
    const auto value = server::run_to_end(last_backup(*opened->store));
    if (!value)
        return found.skipped("", reason_of(value.error()));
    const std::optional<Instant> last = *value;
    const std::string sentence =
        last ? "the last backup was verified at " + wire::to_rfc3339(*last)
             : std::string("no backup of this store was ever made with `settled backup`");
    const std::int64_t hours = config->attention.backup.count();
    const bool late = !last || SystemClock().wall().us - last->us > hours * hour_us;
    if (hours == 0 || !late)
        return found.ok("", sentence);
    found.warning("", sentence,
                  {fmt::format("[attention] backup_hours says: every {} hours", hours),
                   site.command("backup", "/var/backups/settled")});
}

void check_lost_nodes(Site& site, Findings& found) {
    const auto& opened = site.store();
    if (!opened)
        return found.skipped("", "the store could not be opened");
    const auto nodes = server::run_to_end(nodes_of(*opened->store));
    const auto now = server::run_to_end(clock_of(*opened->store));
    if (!nodes || !now)
        return found.skipped("", "the store does not say which nodes there are");
    std::size_t live = 0;
    for (const store::NodeRow& node : *nodes) {
        if (node.is_free())
            continue;
        if (node.lease_until >= *now)
            ++live;
        else
            found.warning(node.instance,
                          "it holds the number " + std::to_string(node.number) +
                              " and was last alive before " + wire::to_rfc3339(node.lease_until),
                          {"it ended without giving its place back; the next node that starts or "
                           "looks around takes over what it held. Start it again if it is meant to "
                           "run"});
    }
    found.ok("", fmt::format("nodes that work on the store now: {}", live));
}

} // namespace settled::cli::doctor
