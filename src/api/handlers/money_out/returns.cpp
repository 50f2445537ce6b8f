#include "store/queries/money/returns.h"

#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_out/money_out_views.h"
#include "api/page.h"
#include "payloads/return_reader.h"
#include "units/returns/send_back.h"

namespace settled::api {

namespace {

using store::ReturnRow;
using store::Session;
using store::Step;

Step<Result<Answer>> create(Session& s, const units::Context& context,
                            std::shared_ptr<const units::ReturnRequest> request) {
    auto done = co_await units::register_return(s, context, request);
    if (!done)
        co_return std::unexpected(done.error());
    const ReturnDetail detail = co_await return_detail(s, request->tenant, std::move(done->row));
    co_return Answer{done->is_new ? 202 : 200, shown(detail)};
}

struct Listed {
    std::vector<ReturnRow> returns;
    ConnectorNames connectors;
};

Step<Listed> list(Session& s, TenantId tenant, Page page) {
    Listed listed;
    listed.returns = co_await store::list_returns(s, tenant, page.before, page.wanted());
    listed.connectors = co_await connector_names(s, tenant);
    co_return listed;
}

Step<std::optional<ReturnDetail>> find_detail(Session& s, TenantId tenant, ReturnId id) {
    auto row = co_await store::find_return(s, tenant, id);
    if (!row)
        co_return std::nullopt;
    co_return co_await return_detail(s, tenant, *std::move(row));
}

} // namespace

Task<Result<Answer>> create_return(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(domain::NewReturn asked, payloads::read_return(document.root()));
    const auto request = std::make_shared<const units::ReturnRequest>(
        call.caller.tenant, std::move(asked.client_id), asked.settlement, asked.reason,
        core.clock.now());
    const units::Context& context = core.context;
    co_return co_await change(
        core, call, [request, &context](Session& s) { return create(s, context, request); });
}

Task<Result<Answer>> list_returns(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, ReturnIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Listed> found =
        co_await core.store.read<Listed>([=](Session& s) { return list(s, tenant, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, found->returns, [&](wire::JsonWriter& w, const ReturnRow& row) {
        write_return(w, row, found->connectors);
    });
}

Task<Result<Answer>> get_return(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<ReturnIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<ReturnDetail> detail = co_await find_or_404<ReturnDetail>(
        core, [=](Session& s) { return find_detail(s, tenant, id); }, "return");
    if (!detail)
        co_return std::unexpected(detail.error());
    co_return Answer{200, shown(*detail)};
}

} // namespace settled::api
