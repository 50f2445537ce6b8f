#include "store/queries/changes.h"

namespace settled::store {

namespace {

#define COLUMNS "id, actor, action, subject, reason, request_id, created_at"
const Statement add{"INSERT INTO change_entry (tenant_id, " COLUMNS
                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
#define NEWEST " AND id < $2 ORDER BY id DESC LIMIT $3"
const Statement all{"SELECT " COLUMNS " FROM change_entry WHERE tenant_id = $1" NEWEST};
const Statement of_actor{"SELECT " COLUMNS
                         " FROM change_entry WHERE tenant_id = $1 AND actor = $4" NEWEST};
const Statement of_subject{"SELECT " COLUMNS
                           " FROM change_entry WHERE tenant_id = $1 AND subject = $4" NEWEST};
const Statement of_both{
    "SELECT " COLUMNS
    " FROM change_entry WHERE tenant_id = $1 AND actor = $4 AND subject = $5" NEWEST};
#undef NEWEST
#undef COLUMNS
const Statement count_of{"SELECT count(*) FROM (SELECT id FROM change_entry WHERE tenant_id = $1 "
                         "AND actor = $2 AND id >= $4 AND action = $3 LIMIT $5) AS counted"};

} // namespace

Step<> insert_change(Session& s, TenantId tenant, const ChangeRow& c) {
    co_await s.send(add, tenant, c.id, c.actor, c.action, c.subject, c.reason, c.request_id, c.at);
    s.made({changes_feed, tenant, c.id.value});
}

Step<std::vector<ChangeRow>> list_changes(Session& s, TenantId tenant, ChangeFilter filter,
                                          std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    Rows rows;
    if (filter.actor.empty() && filter.subject.empty())
        rows = co_await s.run(all, tenant, before, most);
    else if (filter.subject.empty())
        rows = co_await s.run(of_actor, tenant, before, most, filter.actor);
    else if (filter.actor.empty())
        rows = co_await s.run(of_subject, tenant, before, most, filter.subject);
    else
        rows = co_await s.run(of_both, tenant, before, most, filter.actor, filter.subject);
    std::vector<ChangeRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({rows[i].id<ChangeId>(0), rows[i].string(1), rows[i].string(2),
                         rows[i].string(3), rows[i].string(4), rows[i].string(5),
                         rows[i].instant(6)});
    co_return found;
}

Step<std::int64_t> count_changes_of(Session& s, TenantId tenant, std::string_view actor,
                                    std::string_view action, Instant since, std::int64_t most) {
    const Rows rows = co_await s.run(count_of, tenant, actor, action, first_id_at(since), most);
    co_return rows.front().integer(0);
}

} // namespace settled::store
