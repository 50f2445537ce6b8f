#include "store/queries/notifications.h"

#include "base/assert.h"
#include "store/merged.h"

#include <algorithm>
#include <iterator>

namespace settled::store {

namespace {

#define NOTIFICATION_COLUMNS                                                                       \
    "tenant_id, id, connector_id, composite_key, platform_id, type, event_time_text, "             \
    "event_time, message, content_url, content_state, call_id, rounds, failure, "                  \
    "content_fetched_at, event_id, status, differs_from, received_count, received_at, "            \
    "last_received_at, updated_at"

const Statement insert{"INSERT INTO notification (" NOTIFICATION_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                       "$9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $20)"};
const Statement update{
    "UPDATE notification SET content_state = $3, call_id = $4, rounds = $5, failure = $6, "
    "content_fetched_at = $7, event_id = $8, status = $9, updated_at = $10 "
    "WHERE tenant_id = $1 AND id = $2"};
const Statement by_id{"SELECT " NOTIFICATION_COLUMNS
                      " FROM notification WHERE tenant_id = $1 AND id = $2"};
const Statement alike{"SELECT id FROM notification WHERE tenant_id = $1 AND connector_id = $2 AND "
                      "composite_key = $3 AND id > 0 ORDER BY id DESC LIMIT 1"};
const Statement again{
    "UPDATE notification SET received_count = received_count + 1, last_received_at = $3 "
    "WHERE tenant_id = $1 AND id = $2"};
const Statement list{"SELECT " NOTIFICATION_COLUMNS " FROM notification WHERE tenant_id = $1 AND "
                     "id < $2 AND status = $4 ORDER BY id DESC LIMIT $3"};
const Statement list_of_connector{"SELECT " NOTIFICATION_COLUMNS
                                  " FROM notification WHERE tenant_id = $1 AND connector_id = $5 "
                                  "AND status = $4 AND id < $2 ORDER BY id DESC LIMIT $3"};
const Statement subsystems{
    "SELECT t.id, t.lane_id, t.status, e.status FROM task t JOIN endpoint e ON e.id = t.lane_id "
    "AND e.tenant_id = t.tenant_id WHERE t.tenant_id = $1 AND t.subject_id >= $2 "
    "AND t.subject_id <= $2 AND t.kind = 'delivery' ORDER BY t.subject_id, t.kind, t.id"};
const Statement oldest{"SELECT id, length(message) FROM notification WHERE tenant_id = $1 AND "
                       "connector_id = $2 AND status = 'complete' AND received_at < $3 "
                       "ORDER BY received_at LIMIT $4"};
const Statement release{"DELETE FROM notification WHERE tenant_id = $1 AND id = $2 "
                        "AND status = 'complete'"};

#undef NOTIFICATION_COLUMNS

template <class IdType>
std::optional<IdType> id_at(const Row& row, std::size_t column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.id<IdType>(column));
}

std::optional<Instant> instant_at(const Row& row, std::size_t column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.instant(column));
}

NotificationRow read(const Row& row) {
    const auto content = domain::content_state_named(row.text(10));
    SETTLED_ASSERT(content.has_value(), "the store holds a notification of an unknown state");
    NotificationRow read;
    read.tenant = row.id<TenantId>(0);
    read.id = row.id<NotificationId>(1);
    read.connector = row.id<ConnectorId>(2);
    read.composite_key = row.text(3);
    read.platform_id = row.text(4);
    read.type = row.text(5);
    read.event_time_text = row.text(6);
    read.event_time = instant_at(row, 7);
    read.message = row.text(8);
    read.content_url = row.text(9);
    read.content = *content;
    read.call = id_at<CallId>(row, 11);
    read.rounds = row.integer(12);
    read.failure = row.text(13);
    read.content_fetched_at = instant_at(row, 14);
    read.event = id_at<EventId>(row, 15);
    read.status = row.text(16);
    read.differs_from = id_at<NotificationId>(row, 17);
    read.received_count = row.integer(18);
    read.received_at = row.instant(19);
    read.last_received_at = row.instant(20);
    read.updated_at = row.instant(21);
    return read;
}

std::vector<NotificationRow> read_all(const Rows& rows) {
    std::vector<NotificationRow> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back(read(rows[i]));
    return all;
}

} // namespace

Step<> insert_notification(Session& s, const NotificationRow& n) {
    co_await s.send(insert, n.tenant, n.id, n.connector, n.composite_key, n.platform_id, n.type,
                    n.event_time_text, n.event_time, n.message, n.content_url, token(n.content),
                    n.call, n.rounds, n.failure, n.content_fetched_at, n.event, n.status,
                    n.differs_from, n.received_count, n.received_at);
}

Step<> update_notification(Session& s, const NotificationRow& n) {
    co_await s.send(update, n.tenant, n.id, token(n.content), n.call, n.rounds, n.failure,
                    n.content_fetched_at, n.event, n.status, n.updated_at);
}

Step<std::optional<NotificationRow>> find_notification(Session& s, TenantId tenant,
                                                       NotificationId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::optional<NotificationId>> find_alike(Session& s, TenantId tenant, ConnectorId connector,
                                               std::string_view composite_key) {
    const Rows rows = co_await s.run(alike, tenant, connector, composite_key);
    if (rows.empty())
        co_return std::nullopt;
    co_return rows.front().id<NotificationId>(0);
}

Step<bool> count_received(Session& s, TenantId tenant, NotificationId id, Instant now) {
    const Rows counted = co_await s.run(again, tenant, id, now);
    co_return counted.changed() == 1;
}

Step<std::vector<NotificationRow>> list_notifications(Session& s, TenantId tenant,
                                                      NotificationFilter filter,
                                                      std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    std::vector<NotificationRow> all;
    for (const std::string_view status :
         wanted(filter.status, domain::notification_status_tokens())) {
        Rows rows;
        if (filter.connector == 0)
            rows = co_await s.run(list, tenant, before, most, status);
        else
            rows =
                co_await s.run(list_of_connector, tenant, before, most, status, filter.connector);
        std::ranges::move(read_all(rows), std::back_inserter(all));
    }
    keep_newest(all, limit);
    co_return all;
}

Step<std::vector<SubsystemRow>> subsystems_of(Session& s, TenantId tenant, EventId event) {
    const Rows rows = co_await s.run(subsystems, tenant, event);
    std::vector<SubsystemRow> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back({rows[i].id<TaskId>(0), rows[i].id<EndpointId>(1), rows[i].string(2),
                       rows[i].string(3)});
    co_return all;
}

Step<Bitten> release_notifications(Session& s, TenantId tenant, ConnectorId connector,
                                   Instant until, Bite bite) {
    const auto rows_max = static_cast<std::int64_t>(bite.rows_max);
    const Rows old = co_await s.run(oldest, tenant, connector, until, rows_max);
    const std::size_t count = rows_within(old, 1, bite.bytes_max);
    for (std::size_t i = 0; i < count; ++i)
        co_await s.send(release, tenant, old[i].id<NotificationId>(0));
    co_return Bitten{static_cast<std::int64_t>(count),
                     count < old.size() || old.size() == bite.rows_max};
}

} // namespace settled::store
