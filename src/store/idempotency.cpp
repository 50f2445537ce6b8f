#include "store/idempotency.h"

#include <algorithm>

namespace settled::store {

namespace {

const Statement find{"SELECT fingerprint, http_status, body FROM idempotency "
                     "WHERE tenant_id = $1 AND key = $2"};
const Statement save{
    "INSERT INTO idempotency (tenant_id, key, fingerprint, http_status, body, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6)"};
const Statement forget{
    "DELETE FROM idempotency WHERE (tenant_id, key) IN (SELECT tenant_id, key "
    "FROM idempotency WHERE created_at < $1 ORDER BY created_at, tenant_id, key LIMIT $2)"};

} // namespace

Step<std::optional<SavedAnswer>> find_answer(Session& s, TenantId tenant, std::string_view key) {
    const Rows rows = co_await s.run(find, tenant, key);
    if (rows.empty())
        co_return std::nullopt;
    const Row row = rows.front();
    SavedAnswer answer{{}, static_cast<int>(row.integer(1)), row.string(2)};
    std::ranges::copy(row.blob(0), answer.fingerprint.begin());
    co_return answer;
}

Step<> save_answer(Session& s, TenantId tenant, std::string_view key, const SavedAnswer& answer,
                   Instant now) {
    co_await s.send(save, tenant, key, answer.fingerprint, answer.http_status, answer.body, now);
}

Step<std::int64_t> forget_answers(Session& s, Instant until, std::size_t limit) {
    const Rows forgotten = co_await s.run(forget, until, static_cast<std::int64_t>(limit));
    co_return forgotten.changed();
}

} // namespace settled::store
