#include "store/queries/money/catch_ups.h"

#include <array>

namespace settled::store {

namespace {

#define CATCH_UP_COLUMNS                                                                           \
    "id, connector_id, reason, since, until, dry_run, status, source, window_from, page, pass, "   \
    "unsettled, after_id, call_id, steps, failures, next_at, seen, settlements, movements, "       \
    "orders, asked, waiting, reason_failed, made_by, created_at, updated_at, ended_at"
#define SELECT_CATCH_UPS "SELECT " CATCH_UP_COLUMNS " FROM catch_up WHERE tenant_id = $1 AND "

const Statement insert{
    "INSERT INTO catch_up (tenant_id, " CATCH_UP_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, "
    "'running', 0, $5, 1, 1, 0, 0, 0, 0, 0, $8, 0, 0, 0, 0, 0, 0, '', $9, $8, $8, NULL) "
    "ON CONFLICT DO NOTHING"};
const Statement update{
    "UPDATE catch_up SET status = $3, source = $4, window_from = $5, page = $6, pass = $7, "
    "unsettled = $8, after_id = $9, call_id = $10, steps = $11, failures = $12, next_at = $13, "
    "seen = $14, settlements = $15, movements = $16, orders = $17, asked = $18, waiting = $19, "
    "reason_failed = $20, updated_at = $21, ended_at = $22, reason = $23, since = $24, until = "
    "$25, "
    "dry_run = $26 WHERE tenant_id = $1 AND id = $2"};
const Statement by_id{SELECT_CATCH_UPS "id = $2"};
const Statement running{SELECT_CATCH_UPS "connector_id = $2 AND status = 'running'"};
const Statement list{SELECT_CATCH_UPS "id < $2 ORDER BY id DESC LIMIT $3"};
const Statement done_since{
    "SELECT id FROM catch_up WHERE tenant_id = $1 AND connector_id = $2 AND status = 'done' AND "
    "dry_run = 0 AND created_at >= $3 ORDER BY created_at LIMIT 1"};

const Statement add_transaction{
    "INSERT INTO bank_transaction (tenant_id, connector_id, transaction_id, credit, subject_id, "
    "by_query) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"};
const Statement find_transaction{
    "SELECT subject_id, by_query FROM bank_transaction WHERE tenant_id = $1 AND connector_id = $2 "
    "AND transaction_id = $3 AND credit = $4"};
const Statement change_transaction{
    "UPDATE bank_transaction SET subject_id = $5, by_query = $6 WHERE tenant_id = $1 AND "
    "connector_id = $2 AND transaction_id = $3 AND credit = $4"};

#undef SELECT_CATCH_UPS
#undef CATCH_UP_COLUMNS

CatchUpRow read(const Row& row) {
    CatchUpRow read;
    read.id = row.id<CatchUpId>(0);
    read.connector = row.id<ConnectorId>(1);
    read.reason = row.text(2);
    read.since = row.instant(3);
    read.until = row.instant(4);
    read.dry_run = row.integer(5) != 0;
    read.status = row.text(6);
    read.source = row.integer(7);
    read.window_from = row.instant(8);
    read.page = row.integer(9);
    read.pass = row.integer(10);
    read.unsettled = row.integer(11) != 0;
    read.after_id = row.integer(12);
    if (row.integer(13) != 0)
        read.call = row.id<CallId>(13);
    read.steps = row.integer(14);
    read.failures = row.integer(15);
    read.next_at = row.instant(16);
    read.seen = row.integer(17);
    read.settlements = row.integer(18);
    read.movements = row.integer(19);
    read.orders = row.integer(20);
    read.asked = row.integer(21);
    read.waiting = row.integer(22);
    read.failed_for = row.text(23);
    read.made_by = row.text(24);
    read.created_at = row.instant(25);
    read.updated_at = row.instant(26);
    if (!row.is_null(27))
        read.ended_at = row.instant(27);
    return read;
}

std::optional<CatchUpRow> read_first(const Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read(rows.front()));
}

int number_of(bool flag) {
    return flag ? 1 : 0;
}

} // namespace

Step<bool> insert_catch_up(Session& s, TenantId tenant, const CatchUpRow& c) {
    const Rows inserted = co_await s.run(insert, tenant, c.id, c.connector, c.reason, c.since,
                                         c.until, number_of(c.dry_run), c.created_at, c.made_by);
    co_return inserted.changed() == 1;
}

Step<> update_catch_up(Session& s, TenantId tenant, const CatchUpRow& c) {
    const std::array<Value, 26> values{Value(tenant),        Value(c.id),
                                       Value(c.status),      Value(c.source),
                                       Value(c.window_from), Value(c.page),
                                       Value(c.pass),        Value(number_of(c.unsettled)),
                                       Value(c.after_id),    Value(c.call ? c.call->value : 0),
                                       Value(c.steps),       Value(c.failures),
                                       Value(c.next_at),     Value(c.seen),
                                       Value(c.settlements), Value(c.movements),
                                       Value(c.orders),      Value(c.asked),
                                       Value(c.waiting),     Value(c.failed_for),
                                       Value(c.updated_at),  Value(c.ended_at),
                                       Value(c.reason),      Value(c.since),
                                       Value(c.until),       Value(number_of(c.dry_run))};
    const Rows updated = co_await s.run(update, values);
    SETTLED_ASSERT(updated.changed() == 1, "a catch-up that was read can be updated");
}

Step<std::optional<CatchUpRow>> find_catch_up(Session& s, TenantId tenant, CatchUpId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return read_first(rows);
}

Step<std::optional<CatchUpRow>> running_catch_up(Session& s, TenantId tenant,
                                                 ConnectorId connector) {
    const Rows rows = co_await s.run(running, tenant, connector);
    co_return read_first(rows);
}

Step<std::vector<CatchUpRow>> list_catch_ups(Session& s, TenantId tenant, std::int64_t before,
                                             std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, before, static_cast<std::int64_t>(limit));
    std::vector<CatchUpRow> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back(read(rows[i]));
    co_return all;
}

Step<bool> is_caught_up(Session& s, TenantId tenant, ConnectorId connector, Instant since) {
    const Rows rows = co_await s.run(done_since, tenant, connector, since);
    co_return !rows.empty();
}

Step<bool> insert_bank_transaction(Session& s, TenantId tenant, const BankTransactionRow& row) {
    const Rows inserted =
        co_await s.run(add_transaction, tenant, row.connector, row.transaction_id,
                       number_of(row.credit), row.subject, number_of(row.by_query));
    co_return inserted.changed() == 1;
}

Step<std::optional<BankTransactionRow>> find_bank_transaction(Session& s, TenantId tenant,
                                                              ConnectorId connector,
                                                              std::string_view transaction_id,
                                                              bool credit) {
    const Rows rows =
        co_await s.run(find_transaction, tenant, connector, transaction_id, number_of(credit));
    if (rows.empty())
        co_return std::nullopt;
    co_return BankTransactionRow{connector, std::string(transaction_id), credit,
                                 rows.front().integer(0), rows.front().integer(1) != 0};
}

Step<> update_bank_transaction(Session& s, TenantId tenant, const BankTransactionRow& row) {
    co_await s.send(change_transaction, tenant, row.connector, row.transaction_id,
                    number_of(row.credit), row.subject, number_of(row.by_query));
}

} // namespace settled::store
