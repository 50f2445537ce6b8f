// GET /v1/postings: what is written into core banking systems.
#include "store/queries/money/postings.h"

#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_out/money_out_views.h"
#include "api/page.h"

namespace settled::api {

namespace {

using store::PostingRow;
using store::Session;
using store::Step;

struct Listed {
    std::vector<PostingRow> postings;
    ConnectorNames connectors;
};

Step<Listed> list(Session& s, TenantId tenant, std::shared_ptr<const store::PostingFilter> filter,
                  Page page) {
    Listed listed;
    listed.postings = co_await store::list_postings(s, tenant, *filter, page.before, page.wanted());
    listed.connectors = co_await connector_names(s, tenant);
    co_return listed;
}

Step<std::optional<PostingDetailView>> find_detail(Session& s, TenantId tenant, PostingId id) {
    auto row = co_await store::find_posting(s, tenant, id);
    if (!row)
        co_return std::nullopt;
    co_return co_await posting_detail(s, tenant, *std::move(row));
}

Result<store::PostingFilter> read_filter(const net::Request& request) {
    store::PostingFilter filter;
    TRY(filter.status, read_choice(request, "status",
                                   {"queued", "posted", "in_doubt", "needs_review", "suspended",
                                    "returned", "adjusted", "cancelled"}));
    filter.loan_account_id = request.parameter("loan_account_id").value_or("");
    if (!filter.status.empty() && !filter.loan_account_id.empty())
        return fail(Code::parameter_invalid, "loan_account_id: give it or status, not both");
    return filter;
}

} // namespace

Task<Result<Answer>> list_postings(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, PostingIdTag::prefix));
    CO_TRY(store::PostingFilter wanted, read_filter(call.request));
    const auto filter = std::make_shared<const store::PostingFilter>(std::move(wanted));
    const TenantId tenant = call.caller.tenant;
    const Result<Listed> found =
        co_await core.store.read<Listed>([=](Session& s) { return list(s, tenant, filter, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, found->postings, [&](wire::JsonWriter& w, const PostingRow& row) {
        write_posting(w, row, found->connectors);
    });
}

Task<Result<Answer>> get_posting(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<PostingIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<PostingDetailView> detail = co_await find_or_404<PostingDetailView>(
        core, [=](Session& s) { return find_detail(s, tenant, id); }, "posting");
    if (!detail)
        co_return std::unexpected(detail.error());
    co_return Answer{200, shown(*detail)};
}

} // namespace settled::api
