#include "store/queries/inbox.h"

#include "store/figures.h"
#include "store/queries/filtered_lists.h"

namespace settled::store {

namespace {

const Statement claim_key{
    "INSERT INTO webhook_key (tenant_id, dedupe, webhook_id, digest) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (tenant_id, dedupe) DO NOTHING"};
const Statement find_key{
    "SELECT k.webhook_id, k.digest, w.status FROM webhook_key k LEFT JOIN webhook w ON w.tenant_id "
    "= k.tenant_id AND w.id = k.webhook_id WHERE k.tenant_id = $1 AND k.dedupe = $2"};
const Statement set_digest{
    "UPDATE webhook_key SET digest = $3 WHERE tenant_id = $1 AND dedupe = $2"};
const Statement insert{
    "INSERT INTO webhook (tenant_id, id, connector_id, type, composite_key, suffix, "
    "status, body, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
const Statement find_reversal{"SELECT id FROM webhook WHERE tenant_id = $1 AND composite_key = $2 "
                              "AND suffix <> '' AND id <> $3 LIMIT 1"};
const Statement update{"UPDATE webhook SET type = $3, composite_key = $4, suffix = $5, status = $6 "
                       "WHERE tenant_id = $1 AND id = $2"};
const Statement find_status{"SELECT status FROM webhook WHERE tenant_id = $1 AND id = $2"};
// The index's own condition, word for word: SQLite uses it for no other.
const Statement list_waiting{
    "SELECT id, connector_id FROM webhook WHERE tenant_id = $1 AND status = $2 AND status <> "
    "'processed' AND id >= $3 AND id < $4 ORDER BY id LIMIT $5"};
const Statement find_by_id{
    "SELECT id, connector_id, type, composite_key, suffix, status, body, received_at "
    "FROM webhook WHERE tenant_id = $1 AND id = $2"};
const Statement list{
    "SELECT id, connector_id, type, composite_key, suffix, status, '', received_at "
    "FROM webhook WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};
// Never by the tenant's ids alone.
const Statement list_of{
    "SELECT id, connector_id, type, composite_key, suffix, status, '', received_at FROM webhook "
    "WHERE tenant_id = $1 AND (connector_id, id) < ($2, $3) AND connector_id >= $2 "
    "ORDER BY connector_id DESC, id DESC LIMIT $4"};
const Statement list_with{
    "SELECT id, connector_id, type, composite_key, suffix, status, '', received_at FROM webhook "
    "WHERE tenant_id = $1 AND status = $2 AND status <> 'processed' AND id < $3 "
    "ORDER BY id DESC LIMIT $4"};
const Statement oldest{"SELECT id, length(body) FROM webhook WHERE tenant_id = $1 AND connector_id "
                       "= $2 AND received_at "
                       "< $3 AND status <> 'review' ORDER BY received_at, id LIMIT $4"};
const Statement release{"DELETE FROM webhook WHERE tenant_id = $1 AND id = $2"};
const Statement several{"SELECT id, connector_id, type, composite_key, suffix, status, '', "
                        "received_at FROM webhook WHERE "
                        "id IN (" SETTLED_ID_LIST ") AND tenant_id = $17"};

WebhookRow read(const Row& row) {
    return {row.id<WebhookId>(0), row.id<ConnectorId>(1), row.string(2), row.string(3),
            row.string(4),        row.string(5),          row.string(6), row.instant(7)};
}

std::vector<WebhookRow> read_all(const Rows& rows) {
    std::vector<WebhookRow> webhooks;
    for (std::size_t i = 0; i < rows.size(); ++i)
        webhooks.push_back(read(rows[i]));
    return webhooks;
}

} // namespace

Step<std::optional<EarlierWebhook>> claim_webhook_key(Session& s, TenantId tenant,
                                                      const DedupeKey& key, WebhookId webhook,
                                                      std::int64_t digest) {
    const Rows claimed = co_await s.run(claim_key, tenant, key, webhook, digest);
    if (claimed.changed() == 1)
        co_return std::nullopt;
    const Rows rows = co_await s.run(find_key, tenant, key);
    SETTLED_ASSERT(!rows.empty(), "a taken key can be read");
    const Row& row = rows.front();
    co_return EarlierWebhook{row.id<WebhookId>(0), row.integer(1),
                             row.is_null(2) ? std::string() : row.string(2)};
}

Step<> update_webhook_digest(Session& s, TenantId tenant, const DedupeKey& key,
                             std::int64_t digest) {
    co_await s.send(set_digest, tenant, key, digest);
}

Step<> insert_webhook(Session& s, const NewWebhook& w) {
    co_await s.send(insert, w.tenant, w.id, w.connector, w.type, w.composite_key, w.suffix,
                    w.status, as_bytes(w.body), w.received_at);
    s.made({Feed::webhooks, w.tenant, w.id.value});
    count_figure(s, {w.tenant, Metric::webhooks, 0, w.received_at});
}

Step<> update_webhook(Session& s, TenantId tenant, WebhookId id, WebhookReading reading) {
    co_await s.send(update, tenant, id, reading.type, reading.composite_key, reading.suffix,
                    reading.status);
}

Step<bool> reversal_exists(Session& s, TenantId tenant, std::string_view composite_key,
                           WebhookId except) {
    const Rows rows = co_await s.run(find_reversal, tenant, composite_key, except);
    co_return !rows.empty();
}

Step<std::optional<std::string>> find_webhook_status(Session& s, TenantId tenant, WebhookId id) {
    const Rows rows = co_await s.run(find_status, tenant, id);
    co_return rows.empty() ? std::nullopt : std::optional(rows.front().string(0));
}

Step<std::vector<WaitingWebhook>> list_waiting_webhooks(Session& s, TenantId tenant,
                                                        std::string_view status, std::int64_t first,
                                                        std::int64_t end, std::size_t limit) {
    const Rows rows =
        co_await s.run(list_waiting, tenant, status, first, end, static_cast<std::int64_t>(limit));
    std::vector<WaitingWebhook> webhooks;
    for (std::size_t i = 0; i < rows.size(); ++i)
        webhooks.push_back({rows[i].id<WebhookId>(0), rows[i].id<ConnectorId>(1)});
    co_return webhooks;
}

Step<std::optional<WebhookRow>> find_webhook(Session& s, TenantId tenant, WebhookId id) {
    const Rows rows = co_await s.run(find_by_id, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<WebhookRow>> list_webhooks(Session& s, TenantId tenant, std::int64_t before,
                                            std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, before, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<WebhookRow>> list_webhooks_of(Session& s, TenantId tenant, ConnectorId connector,
                                               std::int64_t before, std::size_t limit) {
    const Rows rows =
        co_await s.run(list_of, tenant, connector, before, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<WebhookRow>> list_webhooks_with(Session& s, TenantId tenant,
                                                 std::string_view status, std::int64_t before,
                                                 std::size_t limit) {
    const Rows rows =
        co_await s.run(list_with, tenant, status, before, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<Bitten> release_webhooks(Session& s, TenantId tenant, ConnectorId connector, Instant until,
                              Bite bite) {
    const auto rows_max = static_cast<std::int64_t>(bite.rows_max);
    const Rows old = co_await s.run(oldest, tenant, connector, until, rows_max);
    const std::size_t count = rows_within(old, 1, bite.bytes_max);
    for (std::size_t i = 0; i < count; ++i)
        co_await s.send(release, tenant, old[i].id<WebhookId>(0));
    co_return Bitten{static_cast<std::int64_t>(count),
                     count < old.size() || old.size() == bite.rows_max};
}

Step<FeedPage<WebhookRow>> webhooks_after(Session& s, TenantId tenant, FeedPlace after,
                                          std::size_t limit) {
    return read_feed<WebhookRow>(s, Feed::webhooks, several, tenant, after, std::nullopt, limit,
                                 read);
}

} // namespace settled::store
