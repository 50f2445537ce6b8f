#include "units/links/link.h"

#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_out/money_out_views.h"
#include "api/page.h"
#include "payloads/link_reader.h"

namespace settled::api {

namespace {

using store::LinkRow;
using store::Session;
using store::Step;

Step<Result<Answer>> answer_of(Session& s, TenantId tenant, Result<units::LinkAnswer> done) {
    if (!done)
        co_return std::unexpected(done.error());
    const LinkDetail detail = co_await link_detail(s, tenant, std::move(done->link));
    co_return Answer{done->is_new ? 202 : 200, shown(detail)};
}

Step<Result<Answer>> create(Session& s, const units::Context& context,
                            std::shared_ptr<const units::LinkRequest> request) {
    auto done = co_await units::register_link(s, context, request);
    co_return co_await answer_of(s, request->tenant, std::move(done));
}

// The bank is asked to disable the account: 202 until it says that it did.
Step<Result<Answer>> disable(Session& s, const units::Context& context, TenantId tenant, LinkId id,
                             Instant now) {
    auto done = co_await units::disable_link(s, context, tenant, id, now);
    if (!done)
        co_return std::unexpected(done.error());
    const bool is_disabled = done->link.status == domain::LinkStatus::disabled;
    const LinkDetail detail = co_await link_detail(s, tenant, std::move(done->link));
    co_return Answer{is_disabled ? 200 : 202, shown(detail)};
}

struct Listed {
    std::vector<LinkRow> links;
    ConnectorNames connectors;
};

Step<Listed> list(Session& s, TenantId tenant, Page page) {
    Listed listed;
    listed.links = co_await store::list_links(s, tenant, page.before, page.wanted());
    listed.connectors = co_await connector_names(s, tenant);
    co_return listed;
}

Step<std::optional<LinkDetail>> find_detail(Session& s, TenantId tenant, LinkId id) {
    auto link = co_await store::find_link(s, tenant, id);
    if (!link)
        co_return std::nullopt;
    co_return co_await link_detail(s, tenant, *std::move(link));
}

} // namespace

Task<Result<Answer>> create_link(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(const domain::NewLink link, payloads::read_link(document.root()));
    const auto request = std::make_shared<const units::LinkRequest>(
        call.caller.tenant, link.client_id, link.connector, link.core_banking, link.loan_account_id,
        link.owner_name, link.iban, core.clock.now());
    const units::Context& context = core.context;
    co_return co_await change(
        core, call, [request, &context](Session& s) { return create(s, context, request); });
}

Task<Result<Answer>> list_links(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, LinkIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Listed> found =
        co_await core.store.read<Listed>([=](Session& s) { return list(s, tenant, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, found->links, [&](wire::JsonWriter& w, const LinkRow& link) {
        write_link(w, link, found->connectors);
    });
}

Task<Result<Answer>> get_link(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<LinkIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<LinkDetail> detail = co_await find_or_404<LinkDetail>(
        core, [=](Session& s) { return find_detail(s, tenant, id); }, "link");
    if (!detail)
        co_return std::unexpected(detail.error());
    co_return Answer{200, shown(*detail)};
}

Task<Result<Answer>> delete_link(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<LinkIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    const units::Context& context = core.context;
    co_return co_await change(
        core, call, [=, &context](Session& s) { return disable(s, context, tenant, id, now); });
}

} // namespace settled::api
