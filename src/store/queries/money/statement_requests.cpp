#include "store/queries/money/statement_requests.h"

namespace settled::store {

namespace {

#define REQUEST_COLUMNS                                                                            \
    "id, connector_id, day, status, message_id, pages, pages_here, statements, passed_over, "      \
    "cursor_statement, reason, made_by, created_at, updated_at, settlements, movements, orders, "  \
    "waiting, without_id, cursor_entry"
#define SELECT_REQUESTS                                                                            \
    "SELECT " REQUEST_COLUMNS " FROM statement_request WHERE tenant_id = $1 AND "

const Statement insert{"INSERT INTO statement_request (tenant_id, " REQUEST_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                       "$15, $16, $17, $18, $19, $20, $21)"};
const Statement update{
    "UPDATE statement_request SET day = $3, status = $4, message_id = $5, pages = $6, "
    "pages_here = $7, statements = $8, passed_over = $9, cursor_statement = $10, reason = $11, "
    "updated_at = $12, settlements = $13, movements = $14, orders = $15, waiting = $16, "
    "without_id = $17, cursor_entry = $18 WHERE tenant_id = $1 AND id = $2"};
const Statement by_id{SELECT_REQUESTS "id = $2"};
const Statement by_message{SELECT_REQUESTS
                           "connector_id = $2 AND message_id = $3 AND message_id <> ''"};
const Statement oldest_open{SELECT_REQUESTS
                            "connector_id = $2 AND status = 'requested' ORDER BY id LIMIT 1"};
const Statement of_day{SELECT_REQUESTS "connector_id = $2 AND day = $3 AND status <> 'failed' "
                                       "ORDER BY id DESC LIMIT 1"};
const Statement list{SELECT_REQUESTS "id < $2 ORDER BY id DESC LIMIT $3"};
const Statement add_statement{"INSERT INTO statement_request_part (tenant_id, request_id, "
                              "statement_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"};
const Statement next_statement{
    "SELECT statement_id FROM statement_request_part WHERE tenant_id = $1 AND request_id = $2 AND "
    "statement_id > $3 ORDER BY statement_id LIMIT 1"};

#undef SELECT_REQUESTS
#undef REQUEST_COLUMNS

StatementRequestRow read(const Row& row) {
    StatementRequestRow read;
    read.id = row.id<StatementRequestId>(0);
    read.connector = row.id<ConnectorId>(1);
    if (!row.is_null(2))
        read.day = row.instant(2);
    read.status = row.text(3);
    read.message_id = row.text(4);
    read.pages = row.integer(5);
    read.pages_here = row.integer(6);
    read.statements = row.integer(7);
    read.passed_over = row.integer(8);
    read.cursor_statement = row.integer(9);
    read.reason = row.text(10);
    read.made_by = row.text(11);
    read.created_at = row.instant(12);
    read.updated_at = row.instant(13);
    read.settlements = row.integer(14);
    read.movements = row.integer(15);
    read.orders = row.integer(16);
    read.waiting = row.integer(17);
    read.without_id = row.integer(18);
    read.cursor_entry = row.integer(19);
    return read;
}

std::optional<StatementRequestRow> first(const Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read(rows.front()));
}

} // namespace

Step<> insert_statement_request(Session& s, TenantId tenant, const StatementRequestRow& r) {
    co_await s.send(insert, tenant, r.id, r.connector, r.day, r.status, r.message_id, r.pages,
                    r.pages_here, r.statements, r.passed_over, r.cursor_statement, r.reason,
                    r.made_by, r.created_at, r.updated_at, r.settlements, r.movements, r.orders,
                    r.waiting, r.without_id, r.cursor_entry);
}

Step<> update_statement_request(Session& s, TenantId tenant, const StatementRequestRow& r) {
    co_await s.send(update, tenant, r.id, r.day, r.status, r.message_id, r.pages, r.pages_here,
                    r.statements, r.passed_over, r.cursor_statement, r.reason, r.updated_at,
                    r.settlements, r.movements, r.orders, r.waiting, r.without_id, r.cursor_entry);
}

Step<std::optional<StatementRequestRow>> find_statement_request(Session& s, TenantId tenant,
                                                                StatementRequestId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return first(rows);
}

Step<std::optional<StatementRequestRow>>
find_statement_request_by_message(Session& s, TenantId tenant, ConnectorId connector,
                                  std::string_view message_id) {
    const Rows rows = co_await s.run(by_message, tenant, connector, message_id);
    co_return first(rows);
}

Step<std::optional<StatementRequestRow>> oldest_open_request(Session& s, TenantId tenant,
                                                             ConnectorId connector) {
    const Rows rows = co_await s.run(oldest_open, tenant, connector);
    co_return first(rows);
}

Step<std::optional<StatementRequestRow>>
find_statement_request_of_day(Session& s, TenantId tenant, ConnectorId connector, Instant day) {
    const Rows rows = co_await s.run(of_day, tenant, connector, day);
    co_return first(rows);
}

Step<std::vector<StatementRequestRow>>
list_statement_requests(Session& s, TenantId tenant, std::int64_t before, std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, before, static_cast<std::int64_t>(limit));
    std::vector<StatementRequestRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back(read(rows[i]));
    co_return found;
}

Step<> add_request_statement(Session& s, TenantId tenant, StatementRequestId request,
                             StatementId statement) {
    co_await s.send(add_statement, tenant, request, statement);
}

Step<std::optional<StatementId>> next_request_statement(Session& s, TenantId tenant,
                                                        StatementRequestId request,
                                                        std::int64_t after) {
    const Rows rows = co_await s.run(next_statement, tenant, request, after);
    co_return rows.empty() ? std::nullopt : std::optional(rows.front().id<StatementId>(0));
}

} // namespace settled::store
