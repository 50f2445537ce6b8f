#include "store/queries/money/bookings.h"

namespace settled::store {

namespace {

#define BOOKING_COLUMNS                                                                            \
    "id, connector_id, asked_id, transaction_key, loan_account_id, status, found, shown, detail, " \
    "order_id, tries, reason_code, reason, created_at, updated_at"
#define SELECT_BOOKINGS "SELECT " BOOKING_COLUMNS " FROM booking WHERE tenant_id = $1 AND "

const Statement insert{"INSERT INTO booking (tenant_id, " BOOKING_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                       "$15, $16) ON CONFLICT DO NOTHING"};
const Statement by_id{SELECT_BOOKINGS "id = $2"};
const Statement by_asked_id{SELECT_BOOKINGS "connector_id = $2 AND asked_id = $3"};
const Statement by_key{SELECT_BOOKINGS "connector_id = $2 AND transaction_key = $3 AND "
                                       "transaction_key <> ''"};
const Statement by_order{SELECT_BOOKINGS "order_id = $2 AND order_id <> 0"};
const Statement update{
    "UPDATE booking SET transaction_key = $3, loan_account_id = $4, status = $5, shown = $6, "
    "detail = $7, order_id = $8, tries = $9, reason_code = $10, reason = $11, updated_at = $12 "
    "WHERE "
    "tenant_id = $1 AND id = $2"};

#undef SELECT_BOOKINGS
#undef BOOKING_COLUMNS

std::optional<BookingRow> read_first(const Rows& rows) {
    if (rows.empty())
        return std::nullopt;
    const Row row = rows.front();
    return BookingRow{row.id<BookingId>(0), row.id<ConnectorId>(1), row.string(2),
                      row.string(3),        row.string(4),          row.string(5),
                      row.integer(6) != 0,  row.integer(7) != 0,    row.string(8),
                      row.id<OrderId>(9),   row.integer(10),        row.string(11),
                      row.string(12),       row.instant(13),        row.instant(14)};
}

} // namespace

Step<bool> insert_booking(Session& s, TenantId tenant, const BookingRow& b) {
    const Rows inserted =
        co_await s.run(insert, tenant, b.id, b.connector, b.asked_id, b.transaction_key,
                       b.loan_account_id, b.status, b.found ? 1 : 0, b.shown ? 1 : 0, b.detail,
                       b.order, b.tries, b.reason_code, b.reason, b.created_at, b.updated_at);
    co_return inserted.changed() == 1;
}

Step<std::optional<BookingRow>> find_booking(Session& s, TenantId tenant, BookingId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return read_first(rows);
}

Step<std::optional<BookingRow>>
find_booking_asked(Session& s, TenantId tenant, ConnectorId connector, std::string_view asked_id) {
    const Rows rows = co_await s.run(by_asked_id, tenant, connector, asked_id);
    co_return read_first(rows);
}

Step<std::optional<BookingRow>> find_booking_of_key(Session& s, TenantId tenant,
                                                    ConnectorId connector,
                                                    std::string_view transaction_key) {
    const Rows rows = co_await s.run(by_key, tenant, connector, transaction_key);
    co_return read_first(rows);
}

Step<std::optional<BookingRow>> find_booking_of_order(Session& s, TenantId tenant, OrderId order) {
    const Rows rows = co_await s.run(by_order, tenant, order);
    co_return read_first(rows);
}

Step<> update_booking(Session& s, TenantId tenant, const BookingRow& b) {
    co_await s.send(update, tenant, b.id, b.transaction_key, b.loan_account_id, b.status,
                    b.shown ? 1 : 0, b.detail, b.order, b.tries, b.reason_code, b.reason,
                    b.updated_at);
}

} // namespace settled::store
