#include "store/queries/events.h"

#include "store/queries/filtered_lists.h"

namespace settled::store {

namespace {

const Statement insert{
    "INSERT INTO event (tenant_id, id, type, subject_id, version, body, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
const Statement find{"SELECT id, type, subject_id, version, body, created_at FROM event "
                     "WHERE tenant_id = $1 AND id = $2"};
const Statement list{"SELECT id, type, subject_id, version, body, created_at FROM event "
                     "WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};
const Statement list_of_type{
    "SELECT id, type, subject_id, version, body, created_at FROM event "
    "WHERE tenant_id = $1 AND id < $2 AND type = $4 ORDER BY id DESC LIMIT $3"};
const Statement list_about{"SELECT id, type, subject_id, version, body, created_at FROM event "
                           "WHERE tenant_id = $1 AND subject_id = $2 AND version >= 0 AND id < $3 "
                           "ORDER BY version DESC LIMIT $4"};
const Statement several{
    "SELECT id, type, subject_id, version, body, created_at FROM event WHERE id "
    "IN (" SETTLED_ID_LIST ") AND tenant_id = $17 AND ($18 = '' OR type = $18)"};

const Statement between{
    "SELECT id, type, subject_id, version, body, created_at FROM event WHERE tenant_id = $1 "
    "AND id > $2 AND id <= $3 ORDER BY id LIMIT $4"};
const Statement find_type{
    "SELECT type FROM event WHERE tenant_id = $1 AND subject_id = $2 AND version = $3"};

EventRow read(const Row& row) {
    return {row.id<EventId>(0), row.string(1), row.integer(2),
            row.integer(3),     row.string(4), row.instant(5)};
}

} // namespace

Step<> insert_event(Session& s, TenantId tenant, const domain::Event& event) {
    co_await s.send(insert, tenant, event.id, event.type, event.subject_id, event.version,
                    event.body, event.created_at);
    s.made({Feed::events, tenant, event.id.value});
}

Step<std::optional<EventRow>> find_event(Session& s, TenantId tenant, EventId id) {
    const Rows rows = co_await s.run(find, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::string> type_told(Session& s, TenantId tenant, std::int64_t subject_id,
                            std::int64_t version) {
    const Rows rows = co_await s.run(find_type, tenant, subject_id, version);
    co_return rows.empty() ? std::string() : rows.front().string(0);
}

Step<std::vector<EventRow>> list_events(Session& s, TenantId tenant, std::string_view type,
                                        std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    Rows rows;
    if (type.empty())
        rows = co_await s.run(list, tenant, before, most);
    else
        rows = co_await s.run(list_of_type, tenant, before, most, type);
    std::vector<EventRow> events;
    for (std::size_t i = 0; i < rows.size(); ++i)
        events.push_back(read(rows[i]));
    co_return events;
}

Step<std::vector<EventRow>> list_events_about(Session& s, TenantId tenant, std::int64_t subject_id,
                                              std::int64_t before, std::size_t limit) {
    const Rows rows =
        co_await s.run(list_about, tenant, subject_id, before, static_cast<std::int64_t>(limit));
    std::vector<EventRow> events;
    for (std::size_t i = 0; i < rows.size(); ++i)
        events.push_back(read(rows[i]));
    co_return events;
}

Step<std::vector<EventRow>> events_between(Session& s, TenantId tenant, std::int64_t after,
                                           std::int64_t last, std::size_t limit) {
    const Rows rows =
        co_await s.run(between, tenant, after, last, static_cast<std::int64_t>(limit));
    std::vector<EventRow> events;
    for (std::size_t i = 0; i < rows.size(); ++i)
        events.push_back(read(rows[i]));
    co_return events;
}

Step<FeedPage<EventRow>> events_after(Session& s, TenantId tenant, std::string_view type,
                                      FeedPlace after, std::size_t limit) {
    return read_feed<EventRow>(s, Feed::events, several, tenant, after, type, limit, read);
}

} // namespace settled::store
