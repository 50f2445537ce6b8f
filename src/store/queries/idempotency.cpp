#include "store/queries/idempotency.h"

#include <algorithm>

namespace settled::store {

namespace {

const Statement find{"SELECT fingerprint, http_status, body FROM idempotency "
                     "WHERE tenant_id = $1 AND key = $2"};
const Statement save{
    "INSERT INTO idempotency (tenant_id, key, fingerprint, http_status, body, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6)"};
const Statement oldest{"SELECT tenant_id, key, length(body) FROM idempotency "
                       "WHERE created_at < $1 ORDER BY created_at LIMIT $2"};
const Statement forget{"DELETE FROM idempotency WHERE tenant_id = $1 AND key = $2"};

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

Step<Bitten> forget_answers(Session& s, Instant until, Bite bite) {
    const Rows old = co_await s.run(oldest, until, static_cast<std::int64_t>(bite.rows_max));
    const std::size_t count = rows_within(old, 2, bite.bytes_max);
    for (std::size_t i = 0; i < count; ++i)
        co_await s.send(forget, old[i].id<TenantId>(0), old[i].text(1));
    co_return Bitten{static_cast<std::int64_t>(count),
                     count < old.size() || old.size() == bite.rows_max};
}

} // namespace settled::store
