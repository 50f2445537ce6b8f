#include "store/inbox.h"

namespace settled::store {

namespace {

const Statement claim_key{
    "INSERT INTO webhook_key (tenant_id, dedupe, webhook_id, digest) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (tenant_id, dedupe) DO NOTHING"};
const Statement find_key{
    "SELECT webhook_id, digest FROM webhook_key WHERE tenant_id = $1 AND dedupe = $2"};
const Statement insert{
    "INSERT INTO webhook (tenant_id, id, source_id, type, composite_key, suffix, "
    "status, body, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
const Statement find_reversal{"SELECT id FROM webhook WHERE tenant_id = $1 AND composite_key = $2 "
                              "AND suffix <> '' LIMIT 1"};
const Statement find_by_id{
    "SELECT id, source_id, type, composite_key, suffix, status, body, received_at "
    "FROM webhook WHERE tenant_id = $1 AND id = $2"};
const Statement list{"SELECT id, source_id, type, composite_key, suffix, status, '', received_at "
                     "FROM webhook WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};
const Statement oldest{
    "SELECT id, length(body) FROM webhook WHERE tenant_id = $1 AND source_id = $2 AND received_at "
    "< $3 AND status <> 'review' ORDER BY received_at, id LIMIT $4"};
const Statement release{"DELETE FROM webhook WHERE tenant_id = $1 AND id = $2"};

WebhookRow read(const Row& row) {
    return {row.id<WebhookId>(0), row.id<SourceId>(1), row.string(2), row.string(3),
            row.string(4),        row.string(5),       row.string(6), row.instant(7)};
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
    co_return EarlierWebhook{rows.front().id<WebhookId>(0), rows.front().integer(1)};
}

Step<> insert_webhook(Session& s, const NewWebhook& w) {
    co_await s.send(insert, w.tenant, w.id, w.source, w.type, w.composite_key, w.suffix, w.status,
                    as_bytes(w.body), w.received_at);
}

Step<bool> reversal_exists(Session& s, TenantId tenant, std::string_view composite_key) {
    const Rows rows = co_await s.run(find_reversal, tenant, composite_key);
    co_return !rows.empty();
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
    std::vector<WebhookRow> webhooks;
    for (std::size_t i = 0; i < rows.size(); ++i)
        webhooks.push_back(read(rows[i]));
    co_return webhooks;
}

Step<Bitten> release_webhooks(Session& s, TenantId tenant, SourceId source, Instant until,
                              Bite bite) {
    const auto rows_max = static_cast<std::int64_t>(bite.rows_max);
    const Rows old = co_await s.run(oldest, tenant, source, until, rows_max);
    const std::size_t count = rows_within(old, 1, bite.bytes_max);
    for (std::size_t i = 0; i < count; ++i)
        co_await s.send(release, tenant, old[i].id<WebhookId>(0));
    co_return Bitten{static_cast<std::int64_t>(count),
                     count < old.size() || old.size() == bite.rows_max};
}

} // namespace settled::store
