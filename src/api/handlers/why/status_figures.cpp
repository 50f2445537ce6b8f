#include "api/handlers/why/status_figures.h"

#include "api/core.h"
#include "api/handlers/why/why_text.h"
#include "domain/connector.h"
#include "store/queries/calls.h"
#include "store/queries/directory.h"
#include "store/queries/endpoint_states.h"
#include "store/queries/endpoints.h"
#include "store/queries/last_backup.h"
#include "units/calls/hold.h"
#include "units/watching/connector_silence.h"
#include "wire/time.h"

#include <fmt/format.h>

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

Step<std::vector<Expiring>> read_expiring(Session& s, TenantId tenant, Instant now) {
    std::vector<Expiring> all;
    for (const store::ApiKeyRow& key : co_await store::list_api_keys(s, tenant)) {
        const bool is_live = !key.revoked_at && key.expires_at && *key.expires_at > now;
        if (is_live && *key.expires_at <= now + expiring_within)
            all.push_back({"api_key", to_string(key.id), key.name, *key.expires_at});
    }
    std::ranges::sort(all, {}, &Expiring::expires_at);
    co_return all;
}

void add_to(store::MoneyCount& sum, const store::MoneyCount& more) {
    std::int64_t minor = 0;
    if (__builtin_add_overflow(sum.amount.minor, more.amount.minor, &minor))
        minor = std::numeric_limits<std::int64_t>::max();
    sum.amount = {minor, more.amount.currency};
    sum.count += more.count;
}

Step<> read_money(Session& s, TenantId tenant, StatusFigures& figures) {
    struct Sum {
        std::string_view status;
        store::MoneyCount CurrencyFigures::* part;
    };
    static constexpr Sum of_payments[] = {{"expected", &CurrencyFigures::expected},
                                          {"partially_settled", &CurrencyFigures::expected},
                                          {"overdue", &CurrencyFigures::overdue}};
    static constexpr Sum of_settlements[] = {{"unmatched", &CurrencyFigures::unmatched},
                                             {"ambiguous", &CurrencyFigures::in_review}};
    for (const Sum& sum : of_payments)
        for (const store::MoneyCount& one :
             co_await store::sum_payments(s, tenant, sum.status, counted_max))
            add_to(figures.money[std::string(one.amount.currency.code())].*sum.part, one);
    for (const Sum& sum : of_settlements)
        for (const store::MoneyCount& one :
             co_await store::sum_settlements(s, tenant, sum.status, counted_max))
            add_to(figures.money[std::string(one.amount.currency.code())].*sum.part, one);
}

std::string counted(std::int64_t count, std::string_view one, std::string_view more) {
    return fmt::format("{}{} {}", count == counted_max ? "at least " : "", count,
                       count == 1 ? one : more);
}

void look_at_reviews(const StatusFigures& figures, const domain::Attention& limits,
                     std::vector<AttentionItem>& found) {
    const auto& all = figures.reviews.all;
    if (all.oldest_at && *all.oldest_at + limits.review <= figures.now)
        found.push_back(
            {"review.age", false, "",
             fmt::format("{} waits for a person, the oldest since {}",
                         counted(all.count, "review", "reviews"), wire::to_rfc3339(*all.oldest_at)),
             "money or an order waits for a person's decision", "settled reviews list"});
}

void look_at_deliveries(const StatusFigures& figures, const domain::Attention& limits,
                        std::vector<AttentionItem>& found) {
    if (figures.dead && figures.dead->count > 0)
        found.push_back(
            {"delivery.dead", true, "",
             fmt::format("{} given up after the last attempt",
                         counted(figures.dead->count, "delivery was", "deliveries were")),
             "see what the partner answered, have it mended, and deliver again",
             "settled doctor --check delivery.dead"});
    const auto& owed = figures.deliveries;
    if (owed && owed->oldest_at && *owed->oldest_at + limits.backlog <= figures.now)
        found.push_back({"backlog.age", false, "",
                         fmt::format("{} owed, the oldest since {}",
                                     counted(owed->count, "delivery is", "deliveries are"),
                                     wire::to_rfc3339(*owed->oldest_at)),
                         "a partner does not answer, or no node with the role worker runs",
                         std::nullopt});
}

void look_at_endpoints(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (!figures.endpoints)
        return;
    if (figures.endpoints->disabled > 0)
        found.push_back({"endpoint.disabled", false, "",
                         fmt::format("nothing is delivered to {}",
                                     counted(figures.endpoints->disabled, "disabled endpoint",
                                             "disabled endpoints")),
                         "a person disabled it, or its partner answered that it is gone",
                         "settled doctor --check endpoint.disabled"});
    if (figures.endpoints->failing > 0)
        found.push_back(
            {"endpoint.failing", false, "",
             fmt::format("{} not answer, and is tried again by probes",
                         counted(figures.endpoints->failing, "endpoint does", "endpoints do")),
             "the partner mends its endpoint; what is owed waits until then", std::nullopt});
}

void look_at_calls(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (figures.connectors)
        for (const ConnectorFigures& one : *figures.connectors)
            if (one.is_failing)
                found.push_back({"connector.refused", true, one.name, "our calls are refused",
                                 "its token or key is not what the other side knows us by",
                                 "settled connectors resume " + one.name});
    if (figures.calls_held.value_or(false))
        found.push_back({"calls.held", false, "",
                         "calls that move money are held, since the store was put back to an "
                         "older state",
                         "a person lets them go on, once the bank was asked for everything since",
                         std::nullopt});
}

void look_at_refused(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (!figures.connectors)
        return;
    for (const ConnectorFigures& one : *figures.connectors)
        if (one.refused.is_refusing)
            found.push_back(
                {"connector.refusing", true, one.name,
                 fmt::format("its webhooks are refused ({}), {} in the last hour, the newest at {}",
                             one.refused.code, one.refused.last_hour,
                             wire::to_rfc3339(one.refused.at)),
                 fmt::format("if the bank has changed its key, it says which is the new one; give "
                             "both: settled connectors set {} --bank-key OLD --bank-key NEW",
                             one.name),
                 std::nullopt});
}

void look_at_silence(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (!figures.connectors)
        return;
    for (const ConnectorFigures& one : *figures.connectors)
        if (const auto since = one.silent_since(figures.now))
            found.push_back({"connector.silent", false, one.name,
                             fmt::format("no webhook since {}, and one is expected within {} s",
                                         wire::to_rfc3339(*since), one.expect_every.count()),
                             "ask the bank whether it sends; if it does, what it sends does not "
                             "arrive here or is refused: see its log and settled doctor --connect",
                             std::nullopt});
}

// Only money that has waited for long: most of it waits for a payment that is registered later.
void look_at_unmatched(const StatusFigures& figures, const domain::Attention& limits,
                       std::vector<AttentionItem>& found) {
    const auto& oldest = figures.oldest_unmatched;
    if (!oldest || oldest->received_at + limits.review > figures.now)
        return;
    for (const auto& [currency, money] : figures.money)
        if (money.unmatched.count > 0)
            found.push_back(
                {"settlement.unmatched", false, currency,
                 fmt::format("{} without a payment, {} in all; the oldest came at {}",
                             counted(money.unmatched.count, "settlement is", "settlements are"),
                             amount_text(money.unmatched.amount),
                             wire::to_rfc3339(oldest->received_at)),
                 "its payment was not registered, or differs in a field that decides; "
                 "a person says what it belongs to",
                 "settled explain " + to_string(oldest->id)});
}

void look_at_money(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    for (const auto& [currency, money] : figures.money) {
        if (money.overdue.count > 0)
            found.push_back({"payment.overdue", false, currency,
                             fmt::format("{} overdue, {} in all",
                                         counted(money.overdue.count, "payment is", "payments are"),
                                         amount_text(money.overdue.amount)),
                             "no settlement has come for it in the time of its scheme",
                             std::nullopt});
    }
}

void look_at_installation(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (figures.store && !figures.store->can_commit)
        found.push_back({"store.commits", true, "", "the store takes no changes",
                         figures.store->reason, std::nullopt});
    for (const store::NodeRow& node : figures.nodes)
        if (!node.is_free() && node.lease_until < figures.now)
            found.push_back({"node.lost", false, fmt::format("node {}", node.number),
                             fmt::format("it has not renewed its place since {}",
                                         wire::to_rfc3339(node.lease_until)),
                             "it was stopped without giving its place back, or cannot reach the "
                             "store",
                             std::nullopt});
}

} // namespace

Step<StatusFigures> read_figures(Session& s, TenantId tenant, ScopeSet scopes, Instant now) {
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
    }
    figures.reviews = co_await store::count_open_reviews(s, tenant, counted_max);
    figures.oldest_unmatched = co_await store::oldest_settlement(s, tenant, "unmatched");
    co_await read_money(s, tenant, figures);
    if (scopes.has(Scope::admin))
        figures.expiring = co_await read_expiring(s, tenant, now);
    if (scopes.has(Scope::calls_read))
        figures.calls_held = (co_await units::hold_of(s, tenant)).held;
    if (scopes.has(Scope::orders_read))
        figures.orders_in_doubt = co_await store::count_orders_in_doubt(s, tenant, counted_max);
    if (tenant == main_tenant && scopes.has(Scope::admin)) {
        figures.nodes = co_await store::list_nodes(s);
        figures.last_backup_at = co_await store::find_last_backup(s);
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
    if (caller.tenant == main_tenant && caller.scopes.has(Scope::admin)) {
        figures.store = core.store.health();
        figures.store_is_shared = core.store.is_shared();
    }
}

std::vector<AttentionItem> attention_of(const StatusFigures& figures,
                                        const domain::Attention& limits) {
    std::vector<AttentionItem> found;
    look_at_installation(figures, found);
    look_at_calls(figures, found);
    look_at_refused(figures, found);
    look_at_silence(figures, found);
    look_at_endpoints(figures, found);
    look_at_deliveries(figures, limits, found);
    look_at_reviews(figures, limits, found);
    look_at_money(figures, found);
    look_at_unmatched(figures, limits, found);
    return found;
}

std::string_view state_of(const std::vector<AttentionItem>& attention) {
    if (std::ranges::any_of(attention, &AttentionItem::is_failure))
        return "failing";
    return attention.empty() ? "ok" : "attention";
}

} // namespace settled::api
