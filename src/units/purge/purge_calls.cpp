#include "units/purge/purge_calls.h"

#include "domain/call.h"
#include "store/queries/purged.h"

namespace settled::units {

using store::Session;
using store::Step;

Step<> purge_call(Session& s, const PurgeScope& scope, const store::OldCall& call,
                  store::PurgeCounts& counts) {
    if (call.updated_at >= scope.until)
        co_return;
    bool is_final = false;
    if (call.subject != 0) {
        const bool is_over =
            co_await store::is_subject_final(s, scope.tenant, call.subject, scope.until);
        const bool has_younger =
            co_await store::has_younger_call(s, scope.tenant, call.subject, scope.until);
        is_final = is_over && !has_younger;
    } else if (call.purpose == token(domain::CallPurpose::pay)) {
        const bool is_open =
            co_await store::carries_open_orders(s, scope.tenant, call.id, scope.until);
        is_final = !is_open;
    }
    if (!is_final) {
        ++counts.kept;
        co_return;
    }
    if (!scope.dry_run) {
        const bool gone = co_await store::delete_call(s, scope.tenant, call.id, scope.until);
        if (!gone)
            co_return;
        co_await store::insert_purged(
            s, scope.tenant,
            {.kind = store::PurgedKind::call, .id = call.id.value, .purged_at = scope.now});
    }
    ++counts.calls;
}

} // namespace settled::units
