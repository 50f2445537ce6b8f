#include "api/handlers/why/status_figures.h"

#include "api/core.h"
#include "domain/connector.h"
#include "store/queries/calls.h"
#include "store/queries/database_size.h"
#include "store/queries/directory.h"
#include "store/queries/endpoint_states.h"
#include "store/queries/endpoints.h"
#include "store/queries/last_backup.h"
#include "store/queries/seals.h"
#include "units/calls/hold.h"
#include "units/watching/connector_silence.h"

#include <algorithm>
#include <limits>

namespace settled::api {

namespace {

using store::Session;
using store::Step;

Step<std::vector<ConnectorFigures>> read_connectors(Session& s, TenantId tenant) {
    std::vector<ConnectorFigures> all;
    for (const store::ConnectorRow& row : co_await store::list_connectors(s, tenant)) {
        ConnectorFigures one;
        one.id = row.id;
        one.name = row.name;
        one.kind = row.kind;
        one.last_webhook_at = co_await store::last_webhook_at(s, tenant, row.id);
        one.calls_waiting = co_await store::count_waiting_calls(s, tenant, row.id, counted_max);
        one.created_at = row.created_at;
        if (const auto settings = domain::parse_connector_settings(row.settings)) {
            one.expect_every = std::chrono::seconds(settings->expect_every_seconds);
            one.retention_days = settings->retention_days;
        }
        one.is_failing = (co_await store::find_connector_state(s, tenant, row.id)).failing;
        all.push_back(std::move(one));
    }
    co_return all;
}

Step<EndpointFigures> read_endpoints(Session& s, TenantId tenant) {
    EndpointFigures figures;
    for (const store::EndpointRow& row : co_await store::list_endpoints(s, tenant))
        ++(row.status == store::endpoint_active   ? figures.active
           : row.status == store::endpoint_paused ? figures.paused
                                                  : figures.disabled);
    for (const store::EndpointState& state : co_await store::list_endpoint_states(s, tenant))
        figures.failing += state.health.is_held() ? 1 : 0;
    co_return figures;
}

void add_to(store::MoneyCount& sum, const store::MoneyCount& more) {
    std::int64_t minor = 0;
    if (__builtin_add_overflow(sum.amount.minor, more.amount.minor, &minor))
        minor = std::numeric_limits<std::int64_t>::max();
    sum.amount = {minor, more.amount.currency};
    sum.count += more.count;
}

Step<> read_money(Session& s, TenantId tenant, StatusFigures& figures) {
    static const std::map<store::MoneyPart, store::MoneyCount CurrencyFigures::*> parts{
        {store::MoneyPart::expected, &CurrencyFigures::expected},
        {store::MoneyPart::partially_settled, &CurrencyFigures::expected},
        {store::MoneyPart::overdue, &CurrencyFigures::overdue},
        {store::MoneyPart::unmatched, &CurrencyFigures::unmatched},
        {store::MoneyPart::in_review, &CurrencyFigures::in_review}};
    figures.open_money = co_await store::read_open_money(s, tenant);
    for (const auto& [part, counts] : figures.open_money)
        for (const store::MoneyCount& one : counts)
            add_to(figures.money[std::string(one.amount.currency.code())].*parts.at(part), one);
}

void add_machine(StatusFigures& figures, const Machine& machine, const domain::Attention& limits) {
    if (!figures.store_is_shared)
        figures.store_bytes = machine.store_bytes;
    figures.disk = machine.disk;
    if (!figures.expiring)
        return;
    auto& all = *figures.expiring;
    for (const OwnKey& key : machine.keys)
        if (key.expires_at && *key.expires_at <= figures.now + limits.expiry)
            all.push_back({key.use, key.use + "/" + key.fingerprint, "", *key.expires_at});
    std::ranges::sort(all, {}, &Expiring::expires_at);
}

} // namespace

Step<StatusFigures> read_figures(Session& s, TenantId tenant, ScopeSet scopes, Instant now,
                                 std::optional<std::chrono::days> expiry) {
    StatusFigures figures;
    figures.now = now;
    const auto row = co_await store::find_tenant(s, tenant);
    figures.tenant = row ? row->name : "";
    if (scopes.has(Scope::connectors_read))
        figures.connectors = co_await read_connectors(s, tenant);
    if (scopes.has(Scope::endpoints_read))
        figures.endpoints = co_await read_endpoints(s, tenant);
    if (scopes.has(Scope::events_read)) {
        figures.deliveries = co_await store::count_deliveries(s, tenant, "queued", counted_max);
        figures.dead = co_await store::count_deliveries(s, tenant, "dead", counted_max);
        figures.due_tasks = co_await store::count_due_tasks(s, tenant, now, counted_max);
    }
    figures.unsealed_since = co_await store::unsealed_since(s, tenant);
    figures.reviews = co_await store::count_open_reviews(s, tenant, counted_max);
    figures.oldest_unmatched = co_await store::oldest_settlement(s, tenant, "unmatched");
    co_await read_money(s, tenant, figures);
    if (scopes.has(Scope::admin) && expiry)
        figures.expiring = co_await read_expiring(s, tenant, now, *expiry);
    if (scopes.has(Scope::calls_read))
        figures.calls_held = (co_await units::hold_of(s, tenant)).held;
    if (scopes.has(Scope::orders_read))
        figures.orders_in_doubt = co_await store::count_orders_in_doubt(s, tenant, counted_max);
    if (tenant == main_tenant && scopes.has(Scope::admin)) {
        figures.nodes = co_await store::list_nodes(s);
        figures.last_backup_at = co_await store::find_last_backup(s);
        figures.store_bytes = co_await store::find_database_size(s);
    }
    co_return figures;
}

std::optional<Instant> ConnectorFigures::silent_since(Instant now) const {
    return units::missed_since(last_webhook_at, units::known_since(created_at, retention_days, now),
                               expect_every, now);
}

void add_node_figures(StatusFigures& figures, const Core& core, const Caller& caller) {
    if (figures.connectors)
        for (ConnectorFigures& one : *figures.connectors)
            one.refused = core.refused_of(one.id);
    if (caller.looks_after_installation()) {
        figures.store = core.store.health();
        figures.store_is_shared = core.store.is_shared();
        add_machine(figures, core.look_at_machine(), core.attention);
    }
}

} // namespace settled::api
