#include "store/queries/money/due_decisions.h"

namespace settled::store {

namespace {

// Bounded on both sides, so that SQLite goes by the subject's index (store/queries/tasks.cpp).
const Statement find_due{"SELECT id FROM task WHERE tenant_id = $1 "
                         "AND subject_id >= $2 AND subject_id <= $2 AND kind IN ('watermark', "
                         "'decide_again') AND status = 'queued' "
                         "AND due_at <= $3 LIMIT 1"};

} // namespace

Step<bool> is_decision_due(Session& s, TenantId tenant, std::int64_t settlement, Instant now) {
    const Rows rows = co_await s.run(find_due, tenant, settlement, now);
    co_return !rows.empty();
}

} // namespace settled::store
