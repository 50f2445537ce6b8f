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
const Statement forward{
    "SELECT id, source_id, type, composite_key, suffix, status, '', received_at" SETTLED_FEED_PLACE
        SETTLED_FEED_ENTRIES("6") "LEFT JOIN webhook ON tenant_id = $1 AND id = feed_id "
                                  "ORDER BY feed_position"};
// Ids rise with time, so the oldest come first in the key.
const Statement release_oldest{
    "DELETE FROM webhook WHERE tenant_id = $1 AND id IN (SELECT id FROM webhook WHERE tenant_id = "
    "$1 "
    "AND source_id = $2 AND received_at < $3 AND status <> 'review' ORDER BY id LIMIT $4)"};

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
    s.made({Feed::webhooks, w.tenant, w.id.value});
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

Step<std::int64_t> release_webhooks(Session& s, TenantId tenant, SourceId source, Instant until,
                                    std::size_t limit) {
    const Rows released =
        co_await s.run(release_oldest, tenant, source, until, static_cast<std::int64_t>(limit));
    co_return released.changed();
}

Step<FeedPage<WebhookRow>> webhooks_after(Session& s, TenantId tenant, FeedPlace after,
                                          std::size_t limit) {
    return read_feed<WebhookRow>(s, forward, tenant, after, std::nullopt, limit, read);
}

} // namespace settled::store
