#include "units/calls/make_call.h"

#include "store/queries/calls.h"

namespace settled::units {

void wake_caller(store::Session& s, TenantId tenant) {
    s.note({tenant, TaskId{}, EndpointId{}, EventId{}, nullptr});
}

store::Step<std::optional<CallId>> make_call(store::Session& s, const UnitScope& work,
                                             const NewCall& call) {
    store::CallRow row;
    row.tenant = work.tenant;
    row.id = work.context.ids.next<CallId>();
    row.connector = call.connector;
    row.purpose = call.request.purpose;
    row.subject_id = call.subject;
    row.account_key = call.account_key;
    row.request = call.request;
    row.request_id = call.request_id;
    row.due_at = call.due_at;
    row.created_at = work.now;
    const bool is_new = co_await store::insert_call(s, row);
    if (is_new)
        wake_caller(s, work.tenant);
    co_return is_new ? std::optional(row.id) : std::nullopt;
}

} // namespace settled::units
