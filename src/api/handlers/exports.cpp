#include "store/queries/exports.h"

#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "wire/time.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using Rows = std::vector<store::ExportRow>;

void write_row(wire::JsonWriter& w, const store::ExportRow& row) {
    w.object().key("settlement");
    write_settlement(w, row.settlement);
    w.key("match");
    if (row.match)
        write_match(w, *row.match);
    else
        w.null();
    w.key("payment");
    if (row.payment)
        write_payment(w, *row.payment);
    else
        w.null();
    w.end();
}

Result<Instant> read_time(const net::Request& request, std::string_view name, Instant otherwise) {
    const auto given = request.parameter(name);
    if (!given)
        return otherwise;
    const auto at = wire::parse_bank_time(*given);
    if (!at)
        return fail(Code::parameter_invalid,
                    std::string(name) + ": give a time, such as 2026-11-22T10:00:00Z, or a date");
    return *at;
}

Step<Rows> list(Session& s, TenantId tenant, std::shared_ptr<const store::ExportFilter> filter,
                Page page) {
    co_return co_await store::list_exports(s, tenant, *filter, page.before, page.wanted());
}

} // namespace

Task<Result<Answer>> export_settlements(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, SettlementIdTag::prefix));
    store::ExportFilter filter;
    CO_TRY(filter.status,
           read_choice(call.request, "status",
                       {"unmatched", "matched", "ambiguous", "reversed", "rejected"}));
    CO_TRY(filter.account, read_account_filter(call.request));
    CO_TRY(filter.since, read_time(call.request, "since", filter.since));
    CO_TRY(filter.until, read_time(call.request, "until", filter.until));
    const auto shared = std::make_shared<const store::ExportFilter>(std::move(filter));
    const TenantId tenant = call.caller.tenant;
    const Result<Rows> found =
        co_await core.store.read<Rows>([=](Session& s) { return list(s, tenant, shared, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_row);
}

} // namespace settled::api
