#include "store/queries/changes.h"

#include "api/core.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"

namespace settled::api {

namespace {

using store::ChangeRow;
using store::Session;
using store::Step;
using Changes = std::vector<ChangeRow>;

void write_change(wire::JsonWriter& w, const ChangeRow& change) {
    w.object().member("id", to_string(change.id));
    write_time(w, "at", change.at);
    w.member("actor", change.actor).member("action", change.action);
    w.member("subject", change.subject).member("reason", change.reason);
    w.member("request_id", change.request_id).end();
}

Step<Changes> list(Session& s, TenantId tenant, std::shared_ptr<const store::ChangeFilter> filter,
                   Page page) {
    co_return co_await store::list_changes(s, tenant, *filter, page.before, page.wanted());
}

} // namespace

Task<Result<Answer>> list_changes(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, ChangeIdTag::prefix));
    const auto filter =
        std::make_shared<const store::ChangeFilter>(call.request.parameter("actor").value_or(""),
                                                    call.request.parameter("subject").value_or(""));
    const TenantId tenant = call.caller.tenant;
    const Result<Changes> found = co_await core.store.read<Changes>(
        [=](Session& s) { return list(s, tenant, filter, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_change);
}

} // namespace settled::api
