#include "store/queries/money/movements.h"

#include "base/assert.h"

namespace settled::store {

namespace {

#define MOVEMENT_COLUMNS                                                                           \
    "id, connector_id, webhook_id, transaction_id, credit, is_return, amount_minor, currency, "    \
    "scheme, end_to_end_id, account, account_key, counterparty_name, counterparty_account, "       \
    "settled_at, received_at, subject_id"
#define SELECT_MOVEMENTS "SELECT " MOVEMENT_COLUMNS " FROM movement WHERE tenant_id = $1 AND "

const Statement insert{"INSERT INTO movement (tenant_id, " MOVEMENT_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                       "$15, $16, $17, $18) ON CONFLICT DO NOTHING"};
const Statement by_id{SELECT_MOVEMENTS "id = $2"};
const Statement by_transaction{SELECT_MOVEMENTS
                               "connector_id = $2 AND transaction_id = $3 AND credit = $4"};
const Statement set_subject{"UPDATE movement SET subject_id = $3 WHERE tenant_id = $1 AND id = $2"};
const Statement complete{
    "UPDATE movement SET webhook_id = $3, is_return = $4, scheme = $5, account = $6, account_key = "
    "$7, counterparty_name = $8, counterparty_account = $9, settled_at = $10, subject_id = $11 "
    "WHERE tenant_id = $1 AND id = $2"};
const Statement remove_unclear{"DELETE FROM movement WHERE tenant_id = $1 AND id = $2 AND "
                               "webhook_id IS NULL AND is_return = 0"};
const Statement unexplained{SELECT_MOVEMENTS
                            "subject_id = 0 AND id < $2 ORDER BY id DESC LIMIT $3"};
const Statement of_account{SELECT_MOVEMENTS "account_key = $2 AND settled_at >= $3 AND "
                                            "settled_at < $4 ORDER BY settled_at, id LIMIT $5"};

#undef SELECT_MOVEMENTS
#undef MOVEMENT_COLUMNS

MovementRow read(const Row& row) {
    const auto currency = Currency::parse(row.text(7));
    SETTLED_ASSERT(currency.has_value(), "the store holds a currency that is none");
    return {row.id<SettlementId>(0),
            row.id<ConnectorId>(1),
            row.is_null(2) ? std::nullopt : std::optional(row.id<WebhookId>(2)),
            row.string(3),
            row.integer(4) != 0,
            row.integer(5) != 0,
            {row.integer(6), *currency},
            row.string(8),
            row.string(9),
            row.string(10),
            row.string(11),
            row.string(12),
            row.string(13),
            row.instant(14),
            row.instant(15),
            row.integer(16)};
}

} // namespace

Step<bool> insert_movement(Session& s, TenantId tenant, const MovementRow& m) {
    const Rows inserted = co_await s.run(
        insert, tenant, m.id, m.connector, m.webhook, m.transaction_id, m.credit ? 1 : 0,
        m.is_return ? 1 : 0, m.amount.minor, m.amount.currency.code(), m.scheme, m.end_to_end_id,
        m.account, m.account_key, m.counterparty_name, m.counterparty_account, m.settled_at,
        m.received_at, m.subject_id);
    co_return inserted.changed() == 1;
}

Step<std::optional<MovementRow>> find_movement(Session& s, TenantId tenant, SettlementId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::optional<MovementRow>> find_movement_of(Session& s, TenantId tenant,
                                                  ConnectorId connector,
                                                  std::string_view transaction_id, bool credit) {
    const Rows rows =
        co_await s.run(by_transaction, tenant, connector, transaction_id, credit ? 1 : 0);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<> set_movement_subject(Session& s, TenantId tenant, SettlementId id, std::int64_t subject) {
    co_await s.send(set_subject, tenant, id, subject);
}

Step<bool> complete_movement(Session& s, TenantId tenant, SettlementId id, const MovementRow& m) {
    const Rows done = co_await s.run(complete, tenant, id, m.webhook, m.is_return ? 1 : 0, m.scheme,
                                     m.account, m.account_key, m.counterparty_name,
                                     m.counterparty_account, m.settled_at, m.subject_id);
    co_return done.changed() == 1;
}

Step<bool> remove_unclear_movement(Session& s, TenantId tenant, SettlementId id) {
    const Rows removed = co_await s.run(remove_unclear, tenant, id);
    co_return removed.changed() == 1;
}

Step<std::vector<MovementRow>> unexplained_movements(Session& s, TenantId tenant,
                                                     std::int64_t before, std::size_t limit) {
    const Rows rows = co_await s.run(unexplained, tenant, before, static_cast<std::int64_t>(limit));
    std::vector<MovementRow> movements;
    for (std::size_t i = 0; i < rows.size(); ++i)
        movements.push_back(read(rows[i]));
    co_return movements;
}

Step<std::vector<MovementRow>> movements_of_account(Session& s, TenantId tenant,
                                                    std::string account_key, Instant from,
                                                    Instant before, std::size_t limit) {
    const Rows rows = co_await s.run(of_account, tenant, account_key, from, before,
                                     static_cast<std::int64_t>(limit));
    std::vector<MovementRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back(read(rows[i]));
    co_return found;
}

} // namespace settled::store
