// How an installation fares, on one page.
#include "api/core.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/handlers/why/status_figures.h"

#include <algorithm>

namespace settled::api {

namespace {

using wire::JsonWriter;

constexpr TenantId main_tenant{1};

// Where a check is explained, as `settled doctor` has it.
std::string docs_of(std::string_view check) {
    std::string anchor(check);
    std::erase(anchor, '.');
    return "docs/operating/doctor.md#" + anchor;
}

void write_installation(JsonWriter& w, const StatusFigures& figures) {
    w.key("store");
    if (!figures.store) {
        w.null().key("nodes").null();
        return;
    }
    w.object().member("engine", figures.store_is_shared ? "postgres" : "sqlite");
    w.member("can_commit", figures.store->can_commit).member("reason", figures.store->reason).end();
    w.key("nodes").array();
    for (const store::NodeRow& node : figures.nodes) {
        if (node.is_free())
            continue;
        w.object().member("id", node.number).member("instance", node.instance);
        write_words(w, "roles", node.roles);
        write_time(w, "started_at", node.started_at);
        write_time(w, "lease_until", node.lease_until);
        w.member("state", node.lease_until < figures.now ? "lost" : "live").end();
    }
    w.end();
}

void write_connectors(JsonWriter& w, const StatusFigures& figures) {
    w.key("connectors");
    if (!figures.connectors) {
        w.null();
        return;
    }
    w.array();
    for (const ConnectorFigures& one : *figures.connectors) {
        w.object().member("name", one.name).member("kind", one.kind);
        write_time(w, "last_webhook_at", one.last_webhook_at);
        w.member("refused_last_hour", one.refused.last_hour);
        w.member("calls_waiting", one.calls_waiting).end();
    }
    w.end();
}

void write_partners(JsonWriter& w, const StatusFigures& figures) {
    w.key("endpoints");
    if (figures.endpoints) {
        w.object().member("active", figures.endpoints->active);
        w.member("failing", figures.endpoints->failing);
        w.member("disabled", figures.endpoints->disabled).end();
    } else {
        w.null();
    }
    w.key("backlog");
    if (!figures.deliveries) {
        w.null();
        return;
    }
    w.object().member("deliveries", figures.deliveries->count);
    write_time(w, "oldest_at", figures.deliveries->oldest_at);
    w.member("dead", figures.dead->count).end();
}

void write_reviews(JsonWriter& w, const store::OpenReviews& reviews) {
    w.key("reviews").object().member("open", reviews.all.count);
    write_time(w, "oldest_at", reviews.all.oldest_at);
    w.key("by_kind").object();
    for (const auto& [kind, count] : reviews.by_kind)
        w.member(kind, count);
    w.end().end();
}

void write_sum(JsonWriter& w, std::string_view name, const store::MoneyCount& sum,
               std::string_view currency) {
    const Money amount{sum.amount.minor, Currency::parse(currency).value()};
    w.key(name).object().member("count", sum.count).member("value", decimal(amount)).end();
}

void write_money(JsonWriter& w, const StatusFigures& figures) {
    w.key("money").array();
    for (const auto& [currency, money] : figures.money) {
        w.object().member("currency", currency);
        write_sum(w, "expected", money.expected, currency);
        write_sum(w, "unmatched", money.unmatched, currency);
        write_sum(w, "overdue", money.overdue, currency);
        write_sum(w, "in_review", money.in_review, currency);
        w.end();
    }
    w.end();
}

void write_calls(JsonWriter& w, const StatusFigures& figures) {
    w.key("calls").object().member("held", figures.calls_held);
    w.member("in_doubt", figures.orders_in_doubt).end();
}

void write_attention(JsonWriter& w, const std::vector<AttentionItem>& attention) {
    w.key("attention").array();
    for (const AttentionItem& item : attention) {
        w.object().member("check", item.check);
        w.member("state", item.is_failure ? "failed" : "warning").member("subject", item.subject);
        w.member("sentence", item.sentence).member("cause", item.cause);
        w.member("command", item.command).member("docs", docs_of(item.check)).end();
    }
    w.end();
}

std::string shown(const StatusFigures& figures, const domain::Attention& limits) {
    const auto attention = attention_of(figures, limits);
    JsonWriter w;
    w.object().member("state", state_of(attention)).member("version", SETTLED_VERSION);
    w.member("tenant", figures.tenant);
    write_time(w, "as_of", figures.now);
    write_installation(w, figures);
    write_connectors(w, figures);
    write_partners(w, figures);
    write_reviews(w, figures.reviews);
    write_money(w, figures);
    write_calls(w, figures);
    w.member("counted_to", counted_max);
    write_attention(w, attention);
    w.end();
    return std::move(w).text();
}

} // namespace

Task<Result<Answer>> show_status(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const ScopeSet scopes = call.caller.scopes;
    const Instant now = core.clock.now();
    Result<StatusFigures> figures = co_await core.store.read<StatusFigures>(
        [=](store::Session& s) { return read_figures(s, tenant, scopes, now); });
    if (!figures)
        co_return std::unexpected(figures.error());
    if (figures->connectors)
        for (ConnectorFigures& one : *figures->connectors)
            one.refused = core.refused_of(one.id);
    if (tenant == main_tenant && scopes.has(Scope::admin)) {
        figures->store = core.store.health();
        figures->store_is_shared = core.store.is_shared();
    }
    co_return Answer{200, shown(*figures, core.attention)};
}

} // namespace settled::api
