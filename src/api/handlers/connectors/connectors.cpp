#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/connectors/connector_files.h"
#include "api/handlers/connectors/connector_patch.h"
#include "api/handlers/connectors/connector_view.h"
#include "api/handlers/handlers.h"
#include "api/page.h"
#include "store/queries/money/orders.h"
#include "units/links/link.h"

#include <fmt/format.h>

namespace settled::api {

namespace {

using domain::ConnectorSettings;
using store::ConnectorRow;
using store::Session;
using store::Step;
using Connectors = std::vector<ConnectorDetail>;

// Two tenants with one institution would each take the other's payments for unexplained.
Step<Result<>> check_institution(Session& s, TenantId tenant, const ConnectorSettings& settings) {
    if (!domain::makes_calls(settings))
        co_return Result<>();
    const auto all = co_await store::all_connectors(s);
    for (const ConnectorRow& other : all)
        if (other.tenant != tenant && is_same_institution(settings_of(other), settings))
            co_return fail(Code::institution_taken,
                           "this api_url and institution_account are another tenant's");
    co_return Result<>();
}

// Its accounts become known, so that they can be debited.
Step<> list_accounts_of(Session& s, const units::Context& context, const ConnectorRow& connector,
                        const ConnectorSettings& settings, Instant now) {
    const units::Bank bank{connector.id, connector.name, connector.kind, settings};
    if (!units::is_bank(bank) || !domain::makes_calls(settings))
        co_return;
    co_await units::list_bank_accounts(s, {context, connector.tenant, now}, bank);
}

struct NewConnector {
    ConnectorRow row;
    std::optional<custody::KeyFacts> signing_key;
};

Step<Result<Answer>> create(Session& s, const units::Context& context,
                            std::shared_ptr<const NewConnector> added_one) {
    const ConnectorRow* const connector = &added_one->row;
    const ConnectorSettings settings = settings_of(*connector);
    store::Locks locks{store::Lock::connectors(connector->tenant)};
    if (domain::makes_calls(settings)) {
        locks.add(store::Lock::tenants());
        locks.add(store::Lock::calls(connector->tenant, connector->id));
    }
    co_await s.lock(locks);
    const auto there = co_await store::list_connectors(s, connector->tenant);
    if (there.size() >= bounds::connectors_per_tenant_max)
        co_return fail(Code::limit_reached, "there are too many connectors");
    CO_TRY_VOID(co_await check_institution(s, connector->tenant, settings));
    const bool added = co_await store::insert_connector(s, *connector);
    if (!added)
        co_return fail(
            Code::connector_conflict,
            fmt::format("PATCH /v1/connectors/{} changes it; give a new one another name",
                        connector->name));
    co_await list_accounts_of(s, context, *connector, settings, connector->created_at);
    const auto detail =
        co_await connector_detail(s, *connector, connector->created_at, added_one->signing_key);
    co_return Answer{201, shown(detail)};
}

// What was asked of one institution is not asked of another.
Step<Result<>> check_move(Session& s, const ConnectorRow& connector,
                          const ConnectorSettings& before, const ConnectorSettings& after) {
    if (before.institution_account == after.institution_account || !domain::makes_calls(before))
        co_return Result<>();
    const bool busy = co_await store::has_open_orders(s, connector.tenant, connector.id);
    if (busy)
        co_return fail(Code::state_conflict,
                       "institution_account: orders of this connector are under way");
    co_return Result<>();
}

Step<Result<Answer>> update(Session& s, const Core& core, TenantId tenant,
                            std::shared_ptr<const ConnectorPatch> patch, Instant now) {
    const units::Context& context = core.context;
    store::Locks locks{store::Lock::connectors(tenant)};
    if (patch->calls.any())
        locks.add(store::Lock::tenants());
    co_await s.lock(locks);
    auto connector = co_await store::find_connector_by_name(s, tenant, patch->name);
    if (!connector)
        co_return fail(Code::not_found, "there is no such connector");
    const ConnectorSettings before = settings_of(*connector);
    CO_TRY(const ConnectorSettings settings, patched(before, connector->kind, *patch));
    if (patch->calls.any()) {
        co_await s.lock({store::Lock::calls(tenant, connector->id)});
        CO_TRY_VOID(co_await check_institution(s, tenant, settings));
        CO_TRY_VOID(co_await check_move(s, *connector, before, settings));
    }
    connector->settings = domain::to_json(settings);
    (void)co_await store::update_connector_settings(s, tenant, connector->id, connector->settings);
    if (before.institution_account != settings.institution_account)
        co_await list_accounts_of(s, context, *connector, settings, now);
    auto signing_key =
        patch->signing_key ? patch->signing_key : core.signing_key_of(tenant, connector->id);
    const auto detail =
        co_await connector_detail(s, *std::move(connector), now, std::move(signing_key));
    co_return Answer{200, shown(detail)};
}

Task<> announce(const Core& core, const Result<Answer>& answer) {
    if (answer && !answer->replayed)
        co_await core.connectors_changed();
}

Step<Connectors> list(Session& s, const Core& core, TenantId tenant, Instant now) {
    Connectors all;
    auto rows = co_await store::list_connectors(s, tenant);
    for (ConnectorRow& row : rows) {
        auto signing_key = core.signing_key_of(tenant, row.id);
        all.push_back(co_await connector_detail(s, std::move(row), now, std::move(signing_key)));
    }
    co_return all;
}

Step<std::optional<ConnectorDetail>> find(Session& s, const Core& core, TenantId tenant,
                                          std::shared_ptr<const std::string> name, Instant now) {
    auto row = co_await store::find_connector_by_name(s, tenant, *name);
    if (!row)
        co_return std::nullopt;
    auto signing_key = core.signing_key_of(tenant, row->id);
    co_return co_await connector_detail(s, *std::move(row), now, std::move(signing_key));
}

} // namespace

Task<Result<Answer>> create_connector(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(ConnectorPatch given, read_new_connector(document.root(), core.reach.egress));
    CO_TRY(given.signing_key, co_await check_connector_files(core, call, given.files));
    given.is_operators = call.request.trusted_peer;
    CO_TRY(const ConnectorSettings settings, patched({}, given.kind, given));
    const auto connector = std::make_shared<const NewConnector>(
        ConnectorRow{call.caller.tenant, core.context.ids.next<ConnectorId>(), given.name,
                     given.kind, domain::to_json(settings), core.clock.now()},
        given.signing_key);
    const units::Context& context = core.context;
    auto answer = co_await change(
        core, call, [connector, &context](Session& s) { return create(s, context, connector); });
    co_await announce(core, answer);
    co_return answer;
}

Task<Result<Answer>> list_connectors(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, ConnectorIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    Result<Connectors> found = co_await core.store.read<Connectors>(
        [=, &core](Session& s) { return list(s, core, tenant, now); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, cut(*std::move(found), page), write_connector);
}

Task<Result<Answer>> get_connector(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    const auto name = std::make_shared<const std::string>(call.id);
    const Result<ConnectorDetail> connector = co_await find_or_404<ConnectorDetail>(
        core, [=, &core](Session& s) { return find(s, core, tenant, name, now); }, "connector");
    if (!connector)
        co_return std::unexpected(connector.error());
    co_return Answer{200, shown(*connector)};
}

Task<Result<Answer>> update_connector(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(ConnectorPatch read, read_connector_patch(document.root(), core.reach.egress));
    CO_TRY(read.signing_key, co_await check_connector_files(core, call, read.files));
    read.is_operators = call.request.trusted_peer;
    read.name = call.id;
    const auto patch = std::make_shared<const ConnectorPatch>(std::move(read));
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    auto answer = co_await change(
        core, call, [=, &core](Session& s) { return update(s, core, tenant, patch, now); });
    co_await announce(core, answer);
    co_return answer;
}

} // namespace settled::api
