#include "store/queries/nodes.h"

namespace settled::store {

namespace {

const Statement list{
    "SELECT number, holder, instance, roles, started_at, lease_until, ids_until, version, seen_at "
    "FROM node ORDER BY number"};
const Statement clock{"SELECT us FROM clock_now"};
const Statement take{
    "INSERT INTO node (number, holder, instance, roles, started_at, lease_until, ids_until, "
    "version, seen_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $5) ON CONFLICT (number) DO UPDATE SET "
    "holder = excluded.holder, instance = excluded.instance, roles = excluded.roles, "
    "started_at = excluded.started_at, lease_until = excluded.lease_until, "
    "ids_until = excluded.ids_until, version = excluded.version, "
    "seen_at = excluded.seen_at WHERE node.holder = $8 AND "
    "node.lease_until = 0"};
const Statement renew{"UPDATE node SET lease_until = $3, ids_until = $3, seen_at = $4 "
                      "WHERE number = $1 AND holder = $2 AND lease_until > 0"};
const Statement set_free{"UPDATE node SET lease_until = 0, "
                         "ids_until = CASE WHEN ids_until > $4 THEN $4 ELSE ids_until END "
                         "WHERE number = $1 AND holder = $2 AND lease_until <= $3 "
                         "AND lease_until > 0"};
const Statement jobs{"SELECT name, lease_owner FROM job ORDER BY name"};
const Statement claim{"UPDATE job SET lease_owner = $2, fence = fence + 1 "
                      "WHERE name = $1 AND lease_owner = 0"};
const Statement release{"UPDATE job SET lease_owner = 0 WHERE lease_owner = $1"};
const Statement books{"SELECT name, version FROM book ORDER BY name"};
const Statement changed{"UPDATE book SET version = version + 1 WHERE name = $1"};

constexpr std::int64_t numbers = 256;

} // namespace

Step<std::vector<NodeRow>> list_nodes(Session& s) {
    const Rows rows = co_await s.run(list);
    std::vector<NodeRow> nodes;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        const Instant seen_at = row.instant(8);
        nodes.push_back({row.integer(0), row.integer(1), row.string(2), row.string(3),
                         row.instant(4), row.instant(5), row.instant(6), row.string(7),
                         seen_at.us == 0 ? std::nullopt : std::optional(seen_at)});
    }
    co_return nodes;
}

Step<Instant> clock_of(Session& s) {
    const Rows rows = co_await s.run(clock);
    co_return Instant{rows.front().integer(0)};
}

Step<std::optional<NodeRow>> find_live_node(Session& s, Instant now) {
    for (const NodeRow& node : co_await list_nodes(s))
        if (node.lease_until > now)
            co_return node;
    co_return std::nullopt;
}

Step<bool> take_number(Session& s, const NodeRow& n, std::int64_t seen_holder) {
    const Rows taken = co_await s.run(take, n.number, n.holder, n.instance, n.roles, n.started_at,
                                      n.lease_until, n.ids_until, seen_holder, n.version);
    co_return taken.changed() == 1;
}

Step<bool> renew_lease(Session& s, std::int64_t holder, Instant until, Instant now) {
    const Rows renewed = co_await s.run(renew, holder % numbers, holder, until, now);
    co_return renewed.changed() == 1;
}

Step<bool> free_number(Session& s, std::int64_t holder, Instant ended_by, Instant ids_until) {
    const Rows freed = co_await s.run(set_free, holder % numbers, holder, ended_by, ids_until);
    co_return freed.changed() == 1;
}

Step<std::vector<JobRow>> list_jobs(Session& s) {
    const Rows rows = co_await s.run(jobs);
    std::vector<JobRow> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back({rows[i].string(0), rows[i].integer(1)});
    co_return all;
}

Step<bool> claim_job(Session& s, std::string_view name, std::int64_t holder) {
    const Rows claimed = co_await s.run(claim, name, holder);
    co_return claimed.changed() == 1;
}

Step<> release_jobs(Session& s, std::int64_t holder) {
    co_await s.send(release, holder);
}

Step<std::vector<BookRow>> list_books(Session& s) {
    const Rows rows = co_await s.run(books);
    std::vector<BookRow> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back({rows[i].string(0), rows[i].integer(1)});
    co_return all;
}

Step<> bump_cache_version(Session& s, std::string_view name) {
    co_await s.send(changed, name);
}

} // namespace settled::store
