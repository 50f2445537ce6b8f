// `settled store copy FROM TO`: a whole store, to another place or another engine; and the rest of
// `settled store`.
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/look.h"
#include "cli/reports/copy_progress.h"
#include "custody/custody.h"
#include "custody/env/kept_variables.h"
#include "server/open_store.h"
#include "server/run.h"
#include "store/postgres/postgres_store.h"
#include "store/queries/nodes.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <array>

namespace settled::cli {

namespace {

// The settings for one of the two: a data directory, a URL, or env:NAME for a URL with a password.
Result<server::Config> config_of(server::Config config, const std::string& place) {
    std::string where = place;
    if (place.starts_with("env:")) {
        custody::keep_variables(std::array{place.substr(std::string_view("env:").size())});
        TRY(const Secret url, custody::read_secret(place));
        where = std::string(url.reveal());
    }
    config.store_url.clear();
    if (store::postgres::is_postgres_url(where)) {
        config.store_url = std::move(where);
        return config;
    }
    if (where.find("://") != where.npos || place.starts_with("env:"))
        return fail(Code::config_invalid,
                    "a store is a data directory or a URL that begins with postgresql://");
    config.data = std::move(where);
    return config;
}

Task<Result<Instant>> clock_of(store::Store& store) {
    co_return co_await store.read<Instant>(store::clock_of);
}

Result<store::CopyReport> copy(const server::Config& from, const server::Config& to) {
    if (from.store_url == to.store_url && (!from.store_url.empty() || from.data == to.data))
        return fail(Code::config_invalid, "both are the same store");
    SystemRng rng;
    TRY(server::OpenedStore connector, server::open_store(from, rng, server::IfMissing::refuse));
    TRY(const auto target, server::open_engine(to, rng));
    TRY(const Instant now, server::run_to_end(clock_of(*connector.store)));
    CopyDisplay display(stderr, Look::of(stderr).live);
    auto copied = server::run_to_end(
        store::copy_store(*connector.store, *target, now, [&](const store::CopyProgress& p) {
            display.show(p);
            return true;
        }));
    connector.store->stop();
    target->stop();
    return copied;
}

void print_report(const store::CopyReport& report, const server::Config& from,
                  const server::Config& to) {
    std::uint64_t rows = 0;
    for (const auto& table : report.tables) {
        fmt::print("{:<18}{:>14}\n", table.name, table.rows);
        rows += table.rows;
    }
    fmt::print("\n{} rows{}; every value is the same on both sides\n", rows,
               report.was_resumed ? ", after going on with a copy that was begun before" : "");
    fmt::print("sum of amounts, in minor units: payments {}, settlements {}\n",
               report.payments_minor, report.settlements_minor);
    const std::string key = server::master_key_file(from);
    if (to.store_url.empty())
        fmt::print("The copy needs the same master key: put {} into {} before a server starts.\n",
                   key, to.data);
    else
        fmt::print("The copy needs the same master key: give every node {} as store.master_key.\n",
                   key);
    fmt::print("Do not start a server on the connector again: it would take in what the copy does "
               "not know.\n");
}

std::string as_json(const store::CopyReport& report) {
    wire::JsonWriter w;
    w.object().key("tables").array();
    std::uint64_t rows = 0;
    for (const auto& table : report.tables) {
        w.object().member("name", table.name).member("rows", table.rows).end();
        rows += table.rows;
    }
    w.end().member("rows", rows).member("was_resumed", report.was_resumed);
    w.member("payments_minor", report.payments_minor);
    w.member("settlements_minor", report.settlements_minor).end();
    return std::move(w).text();
}

int run_copy(Invocation& in) {
    const auto config = in.config();
    if (!config)
        return exit_usage;
    const Result<server::Config> from = config_of(*config, in.text("FROM"));
    if (!from)
        return in.out().problem(from.error());
    const Result<server::Config> to = config_of(*config, in.text("TO"));
    if (!to)
        return in.out().problem(to.error());
    const auto copied = copy(*from, *to);
    if (!copied)
        return in.out().problem(copied.error());
    in.changed(place_of(*to));
    if (in.out().is_json())
        in.out().json(as_json(*copied));
    else
        print_report(*copied, *from, *to);
    return exit_done;
}

} // namespace

std::vector<Command> store_commands() {
    constexpr std::string_view place =
        "a data directory, postgresql://…, or env:NAME of a variable "
        "with a URL that has a password";
    return {
        {.name = "store", .sentence = "move the store to another place, replace its match keys"},
        {.name = "store copy",
         .sentence = "copy a store into an empty one, compare both; run again, it goes on",
         .place = Place::machine,
         .output = Output::both,
         .arguments = {{.name = "FROM", .help = place}, {.name = "TO", .help = place}},
         .notes = "--config gives store.password and store.master_key; --data the directory of the "
                  "master key when FROM is a database.",
         .takes_store = false,
         .run = run_copy},
        store_rekey_command(),
    };
}

} // namespace settled::cli
