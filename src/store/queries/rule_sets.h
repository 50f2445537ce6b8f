// Rule sets of tenants and of single accounts, every version of them.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

struct RuleSetRow {
    TenantId tenant;
    std::string account_key; // empty: of the tenant
    std::int64_t version = 0;
    std::string name;
    std::string body; // JSON (payloads/rule_set_reader.h)
    Instant created_at;
};
// A version that is there already breaks a constraint.
Step<> insert_rule_set(Session& s, const RuleSetRow& row);
Step<std::int64_t> last_rule_set_version(Session& s, TenantId tenant, std::string_view account_key);
// By account, newest version first, at most `limit`.
Step<std::vector<RuleSetRow>> list_rule_sets(Session& s, TenantId tenant, std::size_t limit);
// Those that hold: the highest version of each.
Step<std::vector<RuleSetRow>> present_rule_sets(Session& s);

} // namespace settled::store
