#include "cli/doctor/check.h"
#include "server/run.h"
#include "store/queries/nodes.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <cstdlib>

namespace settled::cli::doctor {

namespace {

// That nodes may differ by, and still have one time (docs/operating/scaling.md).
constexpr std::int64_t clocks_apart_max_us = 2'000'000;
constexpr std::int64_t second_us = 1'000'000;

bool is_about_the_key(Code code) {
    return code == Code::key_unreadable || code == Code::key_unsuitable ||
           code == Code::key_unavailable;
}

Remedy remedy_of(Site& site, const Error& error) {
    switch (error.code) {
    case Code::store_missing:
        return {"nothing has been begun there yet, or --data names another place",
                site.command("migrate")};
    case Code::store_corrupt:
        return {"stop the server, and restore the newest backup of the store"};
    case Code::store_locked:
        return {"another process holds it; find it with `fuser` and end it, or ask it instead"};
    case Code::config_invalid:
        return {"mend the settings first"};
    case Code::store_unavailable:
        return {"ask the administrator of PostgreSQL to start it, or to let this machine reach it; "
                "a server that is running goes on by itself"};
    default:
        return {"the store's own message says what is in its way; who runs it mends that"};
    }
}

// No command of ours makes room on a disk or starts a database; once it is done, the server goes on by itself.
std::string who_mends_commits(const Site& site) {
    if (site.config() == nullptr)
        return "run settled doctor on the server's machine; the server's log says since when";
    if (!site.config()->store_url.empty())
        return "ask the administrator of PostgreSQL to start it, to make room on its disk, or to "
               "let this machine reach it; the server then goes on by itself";
    return "if the disk of " + site.data_directory() +
           " is full, the owner of this machine makes room there (see data.space); the server then "
           "goes "
           "on by itself. After another fault, such as a failed write, restart it";
}

Task<Result<Instant>> clock_of(store::Store& store) {
    co_return co_await store.read<Instant>(store::clock_of);
}

std::string shown_seconds(std::int64_t us) {
    return fmt::format("{}.{:03} s", us / second_us, us % second_us / 1000);
}

} // namespace

// What the server noticed of its clock.
void check_clock_step(Site& site, Findings& found) {
    const auto& ready = site.readiness();
    if (!ready)
        return found.skipped("", "no server runs that could have noticed it");
    const auto clock = ready->root().member("clock");
    if (!clock)
        return found.ok("", "the server has not seen its clock set lately");
    found.warning("the server",
                  fmt::format("times its clock was set: {}; the server's time is {} s ahead",
                              text_at(*clock, "steps"), text_at(*clock, "ahead_seconds")),
                  {"the administrator of its machine has the clock follow an NTP server that "
                   "adjusts it slowly (chrony, systemd-timesyncd)"});
}

void check_store_schema(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr)
        return found.skipped("", "the settings do not say where the store is");
    const auto schemas = server::look_at_schema(*config);
    if (!schemas)
        return found.skipped("", "store.opens says what is in the way of it");
    const auto [have, ours] = *schemas;
    const std::string sentence =
        fmt::format("the store has schema {}, this program's is {}", have, ours);
    if (have == ours)
        return found.ok("", sentence);
    if (have > ours)
        return found.failed("", sentence,
                            {"the operator installs the newer program that wrote it, here too"});
    if (site.server_runs())
        return found.failed("", sentence,
                            {"the server that runs is of an older program: the operator starts "
                             "this one in its place, which brings the store up to date"});
    found.failed("", sentence,
                 {"an older program wrote it; a server of this program brings it up to date as it "
                  "starts, or this command does. Back it up first",
                  site.command("migrate")});
}

void check_store_opens(Site& site, Findings& found) {
    if (site.config() == nullptr)
        return found.skipped("", "the settings do not say where it is");
    const auto& opened = site.store();
    if (opened)
        return found.ok("", fmt::format("{} can be read", server::store_name(*site.config())));
    if (is_about_the_key(opened.error().code))
        return found.skipped("", "the master key comes first");
    if (opened.error().code == Code::store_version)
        return found.skipped("", "store.schema comes first");
    found.failed("", reason_of(opened.error()), remedy_of(site, opened.error()));
}

// Where no server runs, this very process takes a place among the nodes, which is a change.
void check_store_commits(Site& site, Findings& found) {
    const auto& ready = site.readiness();
    if (ready && ready->at("status") == "ready")
        return found.ok("", "the server commits changes");
    if (ready)
        return found.failed("", "the server does not serve: " + ready->at("reason"),
                            {who_mends_commits(site)});
    if (site.is_remote() || site.config() == nullptr || !site.store())
        return found.skipped("", "it could not be opened");
    const auto& asked = site.connectors();
    if (asked)
        found.ok("", "it took the change that opening it makes");
    else
        found.failed("", asked.error(), {"what it says is in its way; see data.space, too"});
}

void check_master_key(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr)
        return found.skipped("", "the settings do not say where it is");
    const std::string file = server::master_key_file(*config);
    const auto& opened = site.store();
    if (opened)
        return found.ok("", fmt::format("{} opens what the store keeps sealed; back it up apart "
                                        "from the store",
                                        file));
    if (!is_about_the_key(opened.error().code))
        return found.skipped("", "the store comes first");
    found.failed("", reason_of(opened.error()),
                 {"every node needs the very key that the store was begun with: put it back from "
                  "its backup, closed to others (chmod 400)"});
}

void check_clocks(Site& site, Findings& found) {
    const auto& opened = site.store();
    if (!opened)
        return found.skipped("", "the store could not be opened");
    if (site.config()->store_url.empty())
        return found.ok("", "the store is on this machine and goes by its clock");
    const SystemClock clock;
    const auto stores = server::run_to_end(clock_of(*opened->store));
    const Instant ours = clock.wall();
    if (!stores)
        return found.skipped("", "the store does not say its time");
    const std::int64_t apart = std::abs(stores->us - ours.us);
    const std::string sentence =
        fmt::format("this machine's clock and the store's are {} apart", shown_seconds(apart));
    if (apart > clocks_apart_max_us)
        found.failed("this machine", sentence,
                     {fmt::format("at most 2 s are allowed; the administrator has both machines "
                                  "follow the same NTP server (here it is {})",
                                  wire::to_rfc3339(ours))});
    else
        found.ok("", sentence);
}

} // namespace settled::cli::doctor
