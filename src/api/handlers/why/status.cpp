// How an installation fares, on one page.
#include "api/core.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/handlers/why/status_view.h"

#include <algorithm>

namespace settled::api {

namespace {

using wire::JsonWriter;

// Of an instance "host:pid".
std::string_view host_of(const store::NodeRow& node) {
    return std::string_view(node.instance).substr(0, node.instance.rfind(':'));
}

void write_installation(JsonWriter& w, const StatusFigures& figures) {
    w.key("store");
    if (!figures.store) {
        w.null().key("nodes").null();
        return;
    }
    w.object().member("engine", figures.store_is_shared ? "postgres" : "sqlite");
    w.member("can_commit", figures.store->can_commit).member("reason", figures.store->reason);
    w.member("bytes", figures.store_bytes);
    w.key("free_bytes");
    figures.disk ? w.value(figures.disk->free_bytes) : w.null();
    write_time(w, "last_backup_at", figures.last_backup_at);
    w.end();
    w.key("nodes").array();
    for (const store::NodeRow& node : figures.nodes) {
        if (node.is_free())
            continue;
        w.object().member("id", node.number).member("instance", node.instance);
        w.member("host", host_of(node));
        w.member("version", node.version.empty() ? std::nullopt : std::optional(node.version));
        write_words(w, "roles", node.roles);
        write_time(w, "started_at", node.started_at);
        write_time(w, "seen_at", node.seen_at);
        write_time(w, "lease_until", node.lease_until);
        w.member("state", node.lease_until < figures.now ? "lost" : "live").end();
    }
    w.end();
}

void write_backlog(JsonWriter& w, const StatusFigures& figures) {
    w.key("backlog");
    if (!figures.deliveries) {
        w.null();
        return;
    }
    w.object().member("deliveries", figures.deliveries->count);
    write_time(w, "oldest_at", figures.deliveries->oldest_at);
    w.member("dead", figures.dead->count).member("tasks", figures.due_tasks).end();
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

void write_expiring(JsonWriter& w, const StatusFigures& figures) {
    w.key("expiring");
    if (!figures.expiring) {
        w.null();
        return;
    }
    w.array();
    for (const Expiring& one : *figures.expiring) {
        w.object().member("kind", one.kind).member("id", one.id).member("name", one.name);
        write_time(w, "expires_at", one.expires_at);
        w.end();
    }
    w.end();
}

void write_calls(JsonWriter& w, const StatusFigures& figures) {
    w.key("calls").object().member("held", figures.calls_held);
    w.member("in_doubt", figures.orders_in_doubt).end();
}

std::string shown(const StatusFigures& figures, const domain::Attention& limits) {
    const auto attention = attention_of(figures, limits);
    JsonWriter w;
    w.object().member("state", state_of(attention)).member("version", SETTLED_VERSION);
    w.member("tenant", figures.tenant);
    write_time(w, "as_of", figures.now);
    write_installation(w, figures);
    write_connectors(w, figures);
    write_endpoint_figures(w, figures);
    write_backlog(w, figures);
    write_reviews(w, figures.reviews);
    write_money(w, figures);
    write_expiring(w, figures);
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
        [=, expiry = core.attention.expiry](store::Session& s) {
            return read_figures(s, tenant, scopes, now, expiry);
        });
    if (!figures)
        co_return std::unexpected(figures.error());
    add_node_figures(*figures, core, call.caller);
    co_return Answer{200, shown(*figures, core.attention)};
}

} // namespace settled::api
