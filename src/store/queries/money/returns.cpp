#include "store/queries/money/returns.h"

#include "base/assert.h"

namespace settled::store {

namespace {

#define RETURN_COLUMNS                                                                             \
    "id, client_id, settlement_id, connector_id, scheme, transaction_id, end_to_end_id, reason, "  \
    "status, "                                                                                     \
    "reason_code, detail, version, created_at, updated_at"
#define SELECT_RETURNS "SELECT " RETURN_COLUMNS " FROM money_return WHERE tenant_id = $1 AND "

const Statement insert{
    "INSERT INTO money_return (tenant_id, " RETURN_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
    "ON CONFLICT DO NOTHING"};
const Statement by_id{SELECT_RETURNS "id = $2"};
const Statement by_settlement{SELECT_RETURNS "settlement_id = $2"};
const Statement by_end_to_end_id{SELECT_RETURNS "end_to_end_id = $2 AND end_to_end_id <> '' "
                                                "ORDER BY id DESC LIMIT 1"};
const Statement open_named{SELECT_RETURNS
                           "end_to_end_id = $2 AND end_to_end_id <> '' AND status IN ('queued', "
                           "'submitted', 'held', 'in_doubt', 'needs_review') ORDER BY id LIMIT 8"};
const Statement update{"UPDATE money_return SET status = $3, reason_code = $4, detail = $5, "
                       "version = $6, updated_at = $7 WHERE tenant_id = $1 AND id = $2"};
const Statement open_of{
    "SELECT id FROM money_return WHERE tenant_id = $1 AND connector_id = $2 AND status IN "
    "('queued', 'submitted', 'held', 'in_doubt', 'needs_review') LIMIT 1"};
const Statement open_after{SELECT_RETURNS
                           "connector_id = $2 AND status IN ('queued', 'submitted', 'held', "
                           "'in_doubt', 'needs_review') AND id > $3 ORDER BY id LIMIT $4"};
const Statement list{SELECT_RETURNS "id < $2 ORDER BY id DESC LIMIT $3"};
const Statement of_days{SELECT_RETURNS
                        "created_at >= $2 AND created_at < $3 ORDER BY created_at, id LIMIT $4"};

#undef SELECT_RETURNS
#undef RETURN_COLUMNS

ReturnRow read(const Row& row) {
    const auto status = domain::order_status_named(row.text(8));
    SETTLED_ASSERT(status.has_value(), "the store holds a return of an unknown status");
    return {row.id<ReturnId>(0),    row.string(1),  row.id<SettlementId>(2),
            row.id<ConnectorId>(3), row.string(4),  row.string(5),
            row.string(6),          row.string(7),  *status,
            row.string(9),          row.string(10), row.integer(11),
            row.instant(12),        row.instant(13)};
}

std::vector<ReturnRow> read_all(const Rows& rows) {
    std::vector<ReturnRow> returns;
    for (std::size_t i = 0; i < rows.size(); ++i)
        returns.push_back(read(rows[i]));
    return returns;
}

std::optional<ReturnRow> read_first(const Rows& rows) {
    if (rows.empty())
        return std::nullopt;
    return read(rows.front());
}

} // namespace

Step<bool> insert_return(Session& s, TenantId tenant, const ReturnRow& r) {
    const Rows inserted =
        co_await s.run(insert, tenant, r.id, r.client_id, r.settlement, r.connector, r.scheme,
                       r.transaction_id, r.end_to_end_id, r.reason, token(r.status), r.reason_code,
                       r.detail, r.version, r.created_at, r.updated_at);
    co_return inserted.changed() == 1;
}

Step<std::optional<ReturnRow>> find_return(Session& s, TenantId tenant, ReturnId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return read_first(rows);
}

Step<std::optional<ReturnRow>> find_return_of(Session& s, TenantId tenant,
                                              SettlementId settlement) {
    const Rows rows = co_await s.run(by_settlement, tenant, settlement);
    co_return read_first(rows);
}

Step<std::optional<ReturnRow>> find_return_by_end_to_end_id(Session& s, TenantId tenant,
                                                            std::string_view end_to_end_id) {
    const Rows rows = co_await s.run(by_end_to_end_id, tenant, end_to_end_id);
    co_return read_first(rows);
}

Step<std::vector<ReturnRow>> open_returns_named(Session& s, TenantId tenant,
                                                std::string_view end_to_end_id) {
    const Rows rows = co_await s.run(open_named, tenant, end_to_end_id);
    co_return read_all(rows);
}

Step<bool> has_open_returns(Session& s, TenantId tenant, ConnectorId connector) {
    const Rows rows = co_await s.run(open_of, tenant, connector);
    co_return !rows.empty();
}

Step<std::vector<ReturnRow>> open_returns_after(Session& s, TenantId tenant, ConnectorId connector,
                                                std::int64_t after, std::size_t limit) {
    const Rows rows =
        co_await s.run(open_after, tenant, connector, after, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<> update_return(Session& s, TenantId tenant, const ReturnRow& r) {
    co_await s.send(update, tenant, r.id, token(r.status), r.reason_code, r.detail, r.version,
                    r.updated_at);
}

Step<std::vector<ReturnRow>> list_returns(Session& s, TenantId tenant, std::int64_t before,
                                          std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, before, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<ReturnRow>> returns_made(Session& s, TenantId tenant, Instant from, Instant before,
                                          std::size_t limit) {
    const Rows rows =
        co_await s.run(of_days, tenant, from, before, static_cast<std::int64_t>(limit));
    std::vector<ReturnRow> returns;
    for (std::size_t i = 0; i < rows.size(); ++i)
        returns.push_back(read(rows[i]));
    co_return returns;
}

} // namespace settled::store
