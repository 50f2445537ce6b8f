// `settled store rekey`: new match keys for a tenant, with every server stopped.
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/progress.h"
#include "server/open_store.h"
#include "server/run.h"
#include "server/tenant.h"
#include "store/queries/nodes.h"
#include "units/evidence/rekey.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

constexpr std::size_t batch = 200;

struct Outcome {
    int version = 0;
    std::size_t looked_at = 0;
    std::size_t rekeyed = 0;
};

store::Step<std::optional<store::NodeRow>> find_server(store::Session& s) {
    const Instant now = co_await store::clock_of(s); // that leases are judged by
    co_return co_await store::find_live_node(s, now);
}

// An embedded store lets no other process in; a shared one lists the servers that work on it.
Task<Result<>> refuse_servers(store::Store& store) {
    if (!store.is_shared())
        co_return Result<>{};
    CO_TRY(const auto node, co_await store.read<std::optional<store::NodeRow>>(find_server));
    if (node)
        co_return fail(Code::store_locked,
                       "a server uses the store: " + node->instance + "; stop all, then rekey");
    co_return Result<>{};
}

Task<Result<Outcome>> rekey(store::Store& store, const units::TenantKeys& keys, TenantId tenant,
                            std::function<void(std::size_t, std::size_t)> progress) {
    CO_TRY_VOID(co_await refuse_servers(store));
    CO_TRY(const std::int64_t size, co_await store.read<std::int64_t>([tenant](store::Session& s) {
        return units::rekeying_size(s, tenant);
    }));
    CO_TRY(units::KeyState state,
           co_await store.write<units::KeyState>(
               [tenant](store::Session& s) { return units::begin_rekeying(s, tenant); }));
    // Check again after recording the start: a server that joined before is visible now, one that
    // joins later sees the record and refuses to start.
    CO_TRY_VOID(co_await refuse_servers(store));
    Outcome outcome;
    while (!state.is_done()) {
        CO_TRY(const units::Rekeyed some,
               co_await store.write<units::Rekeyed>([&keys, tenant, state](store::Session& s) {
                   return units::rekey_some(s, keys, tenant, state, batch);
               }));
        outcome.looked_at += some.looked_at;
        outcome.rekeyed += some.rekeyed;
        state = some.state;
        progress(outcome.looked_at, std::max(outcome.looked_at, static_cast<std::size_t>(size)));
    }
    outcome.version = state.version;
    co_return outcome;
}

Result<Outcome> rekey(const server::Config& config, const std::string& tenant_name) {
    SystemRng rng;
    TRY(server::OpenedStore opened, server::open_store(config, rng, server::IfMissing::refuse));
    TRY(const TenantId tenant, server::run_to_end(server::find_tenant(*opened.store, tenant_name)));
    const units::TenantKeys keys(std::move(opened.master));
    Progress bar;
    TRY(const Outcome outcome, server::run_to_end(rekey(*opened.store, keys, tenant,
                                                        [&](std::size_t done, std::size_t all) {
                                                            bar.show("rekeying", done, all);
                                                        })));
    opened.store->stop();
    return outcome;
}

int run_rekey(Invocation& in) {
    const auto config = in.config();
    if (!config)
        return exit_usage;
    const std::string tenant = in.text("--tenant", "main");
    const auto outcome = rekey(*config, tenant);
    if (!outcome)
        return in.out().problem(outcome.error());
    in.changed(fmt::format("{} at {}", tenant, place_of(*config)));
    if (!in.out().is_json()) {
        in.out().sentence(fmt::format("tenant {} is at version {} of its match keys: {} looked at, "
                                      "{} put in the index again",
                                      tenant, outcome->version, outcome->looked_at,
                                      outcome->rekeyed));
        return exit_done;
    }
    wire::JsonWriter w;
    w.object().member("tenant", tenant).member("version", outcome->version);
    w.member("looked_at", static_cast<std::uint64_t>(outcome->looked_at));
    w.member("rekeyed", static_cast<std::uint64_t>(outcome->rekeyed)).end();
    in.out().json(w.text());
    return exit_done;
}

} // namespace

Command store_rekey_command() {
    return {.name = "store rekey",
            .sentence = "replace a tenant's match keys, with every server stopped; run again, it "
                        "goes on",
            .place = Place::machine,
            .output = Output::both,
            .options = {{.name = "--tenant", .value = "NAME", .help = "whose (default main)"}},
            .run = run_rekey};
}

} // namespace settled::cli
