#include "store/queries/rule_sets.h"

namespace settled::store {

namespace {

#define RULE_SET_COLUMNS "tenant_id, account_key, version, name, body, created_at"
const Statement insert{"INSERT INTO rule_set (" RULE_SET_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6)"};
const Statement last{"SELECT coalesce(max(version), 0) FROM rule_set WHERE tenant_id = $1 AND "
                     "account_key = $2"};
const Statement list{"SELECT " RULE_SET_COLUMNS " FROM rule_set WHERE tenant_id = $1 ORDER BY "
                     "account_key, version DESC LIMIT $2"};
const Statement present{
    "SELECT " RULE_SET_COLUMNS " FROM rule_set r WHERE version = (SELECT max(version) FROM "
    "rule_set o WHERE o.tenant_id = r.tenant_id AND o.account_key = r.account_key) "
    "ORDER BY tenant_id, account_key"};
#undef RULE_SET_COLUMNS

std::vector<RuleSetRow> read_all(const Rows& rows) {
    std::vector<RuleSetRow> sets;
    for (std::size_t i = 0; i < rows.size(); ++i)
        sets.push_back({rows[i].id<TenantId>(0), rows[i].string(1), rows[i].integer(2),
                        rows[i].string(3), rows[i].string(4), rows[i].instant(5)});
    return sets;
}

} // namespace

Step<> insert_rule_set(Session& s, const RuleSetRow& row) {
    co_await s.send(insert, row.tenant, row.account_key, row.version, row.name, row.body,
                    row.created_at);
}

Step<std::int64_t> last_rule_set_version(Session& s, TenantId tenant,
                                         std::string_view account_key) {
    const Rows rows = co_await s.run(last, tenant, account_key);
    co_return rows.front().integer(0);
}

Step<std::vector<RuleSetRow>> list_rule_sets(Session& s, TenantId tenant, std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<RuleSetRow>> present_rule_sets(Session& s) {
    const Rows rows = co_await s.run(present);
    co_return read_all(rows);
}

} // namespace settled::store
