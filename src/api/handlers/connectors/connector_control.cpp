// A person stops a connector's calls, lets them go on, tests its API, has the bank's accounts
// listed, or takes the connector away.
#include "api/body.h"
#include "api/change.h"
#include "api/handlers/connectors/connector_view.h"
#include "api/handlers/handlers.h"
#include "base/limits.h"
#include "payloads/reader.h"
#include "store/queries/keys.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/postings.h"
#include "store/queries/money/returns.h"
#include "store/queries/nodes.h"
#include "units/calls/make_call.h"
#include "units/calls/run_call.h"
#include "units/calls/test_bank.h"
#include "units/calls/test_core_bank.h"
#include "units/links/link.h"
#include "units/notifications/notification.h"
#include "units/watching/recovered_connector.h"
#include "wire/json_writer.h"

namespace settled::api {

namespace {

using store::ConnectorRow;
using store::Session;
using store::Step;

struct Wish {
    TenantId tenant;
    std::string name;
    std::string actor;
    std::string reason; // of a pause
    Instant now;
    const SigningKeyOf& signing_key_of;
    const units::Context& context;
};
using WishPtr = std::shared_ptr<const Wish>;

WishPtr wish_of(const Core& core, const Call& call, std::string reason = {}) {
    return std::make_shared<const Wish>(call.caller.tenant, call.id, call.caller.name,
                                        std::move(reason), core.clock.now(), core.signing_key_of,
                                        core.context);
}

std::unexpected<Error> no_connector() {
    return fail(Code::not_found, "there is no such connector");
}

// One that makes calls.
Step<Result<ConnectorRow>> find_calling(Session& s, const Wish& wish) {
    auto row = co_await store::find_connector_by_name(s, wish.tenant, wish.name);
    if (!row)
        co_return no_connector();
    if (!domain::makes_calls(settings_of(*row)))
        co_return fail(Code::connector_receives_only,
                       "it has no API configured: it only sends webhooks");
    co_return *std::move(row);
}

Step<Result<Answer>> answer_of(Session& s, ConnectorRow row, const Wish& wish, int status) {
    auto signing_key = wish.signing_key_of(row.tenant, row.id);
    const auto detail =
        co_await connector_detail(s, std::move(row), wish.now, std::move(signing_key));
    co_return Answer{status, shown(detail)};
}

Step<Result<Answer>> pause(Session& s, WishPtr wish) {
    CO_TRY(ConnectorRow row, co_await find_calling(s, *wish));
    CO_TRY_VOID(
        co_await units::pause_connector(s, wish->tenant, row.id, wish->actor, wish->reason));
    co_return co_await answer_of(s, std::move(row), *wish, 200);
}

Step<Result<Answer>> resume(Session& s, WishPtr wish) {
    CO_TRY(ConnectorRow row, co_await find_calling(s, *wish));
    co_await s.lock({store::Lock::calls(wish->tenant, row.id)});
    const auto state = co_await store::find_connector_state(s, wish->tenant, row.id);
    CO_TRY_VOID(co_await units::resume_connector(s, wish->tenant, row.id, wish->now));
    if (state.failing)
        co_await units::publish_recovered(s, wish->context, wish->tenant, row.id, wish->now);
    units::wake_caller(s, wish->tenant);
    co_await store::bump_cache_version(s,
                                       store::book_connectors); // other nodes read its files again
    co_return co_await answer_of(s, std::move(row), *wish, 200);
}

Step<Result<Answer>> ask_for_accounts(Session& s, const units::Context& context, WishPtr wish) {
    CO_TRY(ConnectorRow row, co_await find_calling(s, *wish));
    co_await s.lock({store::Lock::calls(wish->tenant, row.id)});
    const units::Bank bank{row.id, row.name, row.kind, settings_of(row)};
    if (!units::is_bank(bank))
        co_return fail(Code::state_conflict, "it is no bank's connector: it has no accounts");
    co_await units::list_bank_accounts(s, {context, wish->tenant, wish->now}, bank);
    co_return co_await answer_of(s, std::move(row), *wish, 202);
}

// The first is a look at the organisation, the others at what is configured there.
Answer core_bank_test(const std::string& name, const std::vector<CallId>& calls) {
    wire::JsonWriter w;
    w.object().member("connector", name).member("call_id", to_string(calls.front()));
    w.key("setup_call_ids").array();
    for (std::size_t i = 1; i < calls.size(); ++i)
        w.value(to_string(calls[i]));
    w.end().end();
    return {202, std::move(w).text()};
}

Step<Result<Answer>> test(Session& s, const units::Context& context, WishPtr wish) {
    CO_TRY(const ConnectorRow row, co_await find_calling(s, *wish));
    co_await s.lock({store::Lock::calls(wish->tenant, row.id)});
    const units::Bank bank{row.id, row.name, row.kind, settings_of(row)};
    const units::UnitScope work{context, wish->tenant, wish->now};
    if (units::is_platform(bank)) {
        const CallId made = co_await units::test_platform(s, work, bank);
        wire::JsonWriter shown;
        shown.object().member("connector", row.name).member("call_id", to_string(made)).end();
        co_return Answer{202, std::move(shown).text()};
    }
    if (!units::is_bank(bank))
        co_return core_bank_test(row.name, co_await units::test_core_bank(s, work, bank));
    const units::BankTest made = co_await units::test_bank(s, work, bank);
    wire::JsonWriter w;
    w.object().member("connector", row.name).member("call_id", to_string(made.test));
    w.member("account_call_id", to_string(made.account)).end();
    co_return Answer{202, std::move(w).text()};
}

Step<Result<Answer>> remove(Session& s, WishPtr wish) {
    co_await s.lock({store::Lock::connectors(wish->tenant)});
    const auto row = co_await store::find_connector_by_name(s, wish->tenant, wish->name);
    if (!row)
        co_return no_connector();
    co_await s.lock({store::Lock::calls(wish->tenant, row->id)});
    const bool pays = co_await store::has_open_orders(s, wish->tenant, row->id);
    const bool returns = co_await store::has_open_returns(s, wish->tenant, row->id);
    const bool posts = co_await store::has_open_postings(s, wish->tenant, row->id);
    if (pays || returns || posts)
        co_return fail(Code::state_conflict,
                       "orders, returns or postings of it are under way: GET /v1/orders, "
                       "/v1/returns and /v1/postings show them");
    co_await store::cancel_calls(s, wish->tenant, row->id, wish->now);
    co_await store::remove_connector_state(s, wish->tenant, row->id);
    co_await store::remove_keys_of(s, wish->tenant, row->id);
    co_await store::remove_connector(s, wish->tenant, row->id);
    co_return Answer{204, {}};
}

Result<std::string> read_reason(const net::Request& request) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    std::string reason = in.text("reason", limits::text_bytes_max);
    TRY_VOID(in.finish());
    return reason;
}

} // namespace

Task<Result<Answer>> pause_connector(const Core& core, const Call& call) {
    CO_TRY(std::string reason, read_reason(call.request));
    const WishPtr wish = wish_of(core, call, std::move(reason));
    co_return co_await change(core, call, [wish](Session& s) { return pause(s, wish); });
}

Task<Result<Answer>> resume_connector(const Core& core, const Call& call) {
    CO_TRY_VOID(no_body(call.request));
    const WishPtr wish = wish_of(core, call);
    // First: what waits is sent as soon as the unit is committed, with the token as it is now.
    co_await core.connectors_changed();
    co_return co_await change(core, call, [wish](Session& s) { return resume(s, wish); });
}

Task<Result<Answer>> list_bank_accounts(const Core& core, const Call& call) {
    CO_TRY_VOID(no_body(call.request));
    const WishPtr wish = wish_of(core, call);
    const units::Context& context = core.context;
    co_return co_await change(
        core, call, [wish, &context](Session& s) { return ask_for_accounts(s, context, wish); });
}

Task<Result<Answer>> test_connector(const Core& core, const Call& call) {
    CO_TRY_VOID(no_body(call.request));
    const WishPtr wish = wish_of(core, call);
    const units::Context& context = core.context;
    co_return co_await change(core, call,
                              [wish, &context](Session& s) { return test(s, context, wish); });
}

Task<Result<Answer>> delete_connector(const Core& core, const Call& call) {
    CO_TRY_VOID(no_body(call.request));
    const WishPtr wish = wish_of(core, call);
    auto answer = co_await change(core, call, [wish](Session& s) { return remove(s, wish); });
    if (answer && !answer->replayed)
        co_await core.connectors_changed();
    co_return answer;
}

} // namespace settled::api
