#include "store/queries/endpoints.h"

#include "api/body.h"
#include "api/change.h"
#include "api/handlers/endpoint_reader.h"
#include "api/handlers/endpoint_view.h"
#include "api/handlers/endpoint_work.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "domain/endpoint_event.h"
#include "units/deliveries/cancel_lane.h"
#include "units/deliveries/endpoint_health.h"
#include "units/deliveries/endpoint_row.h"
#include "units/deliveries/interval.h"
#include "units/deliveries/publish.h"

#include <map>

namespace settled::api {

namespace {

using store::EndpointRow;
using store::Session;
using store::Step;
using Endpoints = std::vector<EndpointShown>;

void write_endpoint(wire::JsonWriter& w, const EndpointShown& endpoint) {
    w.object();
    write_endpoint_members(w, endpoint);
    w.end();
}

// `secret` empty: none is to be shown.
std::string shown(const EndpointShown& endpoint, const std::string& secret) {
    wire::JsonWriter w;
    w.object();
    write_endpoint_members(w, endpoint);
    if (!secret.empty())
        w.member("secret", secret); // this once, to its owner
    w.end();
    return std::move(w).text();
}

Step<Result<Answer>> create(Session& s, std::shared_ptr<const EndpointWork> work,
                            std::size_t most) {
    co_await s.lock({store::Lock::endpoints(work->tenant)});
    const std::int64_t there = co_await store::count_endpoints(s, work->tenant);
    if (static_cast<std::size_t>(there) >= most)
        co_return fail(Code::limit_reached, "delete an endpoint first");
    EndpointRow endpoint;
    endpoint.tenant = work->tenant;
    endpoint.id = work->id;
    endpoint.status = store::endpoint_active;
    endpoint.created_at = work->now;
    const auto new_secret = apply_work(endpoint, *work);
    if (!new_secret)
        co_return std::unexpected(new_secret.error());
    co_await store::insert_endpoint(s, endpoint);
    co_return Answer{201, shown({endpoint, {}, work->now, endpoint.id}, *new_secret)};
}

Step<std::optional<EndpointRow>> find(Session& s, TenantId tenant, EndpointId id) {
    auto endpoint = co_await store::find_endpoint(s, tenant, id);
    if (endpoint && endpoint->status == store::endpoint_deleted)
        co_return std::nullopt;
    co_return endpoint;
}

Step<std::optional<EndpointShown>> find_shown(Session& s, TenantId tenant, EndpointId id,
                                              Instant now) {
    auto endpoint = co_await find(s, tenant, id);
    if (!endpoint)
        co_return std::nullopt;
    auto state = co_await store::find_endpoint_state(s, tenant, id);
    co_return EndpointShown{*std::move(endpoint), std::move(state), now, id};
}

Step<Endpoints> list(Session& s, TenantId tenant, Instant now) {
    const auto states = co_await store::list_endpoint_states(s, tenant);
    std::map<EndpointId, store::EndpointState> by_id;
    for (const store::EndpointState& state : states)
        by_id.emplace(state.endpoint, state);
    Endpoints all;
    const auto rows = co_await store::list_endpoints(s, tenant);
    for (const EndpointRow& row : rows)
        all.push_back({row, by_id[row.id], now, row.id});
    co_return all;
}

std::unexpected<Error> no_endpoint() {
    return fail(Code::not_found, "there is no such endpoint");
}

// The events about it, and what else follows from another status.
Step<> change_status(Session& s, const units::Context& context, const EndpointWork& work,
                     std::string_view before) {
    const auto& wanted = work.patch.status;
    if (!wanted || *wanted == before)
        co_return;
    if (store::is_owed(*wanted) && store::is_owed(before)) // paused, or resumed
        co_return;
    if (*wanted == store::endpoint_disabled)
        co_await units::disable_endpoint(s, context, work.tenant, work.id,
                                         domain::disabled_by_request, work.now);
    else
        co_await units::endpoint_enabled(s, context, work.tenant, work.id, work.now);
}

Step<Result<Answer>> update(Session& s, const units::Context& context,
                            std::shared_ptr<const EndpointWork> work) {
    co_await s.lock({store::Lock::endpoints(work->tenant),
                     store::Lock::endpoint_state(work->tenant, work->id)});
    auto endpoint = co_await find(s, work->tenant, work->id);
    if (!endpoint)
        co_return no_endpoint();
    const std::string status = endpoint->status;
    const auto& wanted = work->patch.status;
    if (wanted == store::endpoint_paused && !store::is_owed(status))
        co_return fail(Code::state_conflict, "a disabled endpoint is owed nothing; set its status "
                                             "to active first");
    const auto new_secret = apply_work(*endpoint, *work);
    if (!new_secret)
        co_return std::unexpected(new_secret.error());
    if (wanted && store::is_owed(*wanted))
        endpoint->status = *wanted;
    co_await store::update_endpoint(s, *endpoint);
    const auto settings = units::endpoint_settings(*endpoint);
    co_await units::change_interval(s, work->tenant, work->id, *settings, work->now);
    co_await change_status(s, context, *work, status);
    const auto now = co_await find_shown(s, work->tenant, work->id, work->now);
    co_return Answer{200, shown(*now, *new_secret)};
}

// What it is still owed is cancelled; its past deliveries go on naming it.
Step<Result<Answer>> remove(Session& s, const units::Context& context,
                            std::shared_ptr<const EndpointWork> work) {
    co_await s.lock({store::Lock::endpoints(work->tenant)});
    auto endpoint = co_await find(s, work->tenant, work->id);
    if (!endpoint)
        co_return no_endpoint();
    endpoint->status = store::endpoint_deleted;
    endpoint->sealed_secret.clear();
    co_await store::update_endpoint(s, *endpoint);
    co_await units::cancel_lane(s, context, work->tenant, work->id, work->now);
    co_return Answer{204, {}};
}

Step<Result<Answer>> ping(Session& s, const units::Context& context,
                          std::shared_ptr<const EndpointWork> work) {
    co_await s.lock({store::Lock::endpoints_shared(work->tenant)});
    const auto endpoint = co_await find(s, work->tenant, work->id);
    if (!endpoint)
        co_return no_endpoint();
    if (endpoint->status != store::endpoint_active)
        co_return fail(Code::state_conflict,
                       "the endpoint is " + endpoint->status + "; set its status to active");
    const std::int64_t version = co_await store::next_endpoint_version(s, work->tenant, work->id);
    const auto event =
        domain::ping_event(context.ids.next<EventId>(), work->id, version, work->now);
    const TaskId id =
        co_await units::publish_to_endpoint(s, context, work->tenant, work->id, event);
    const auto task = co_await store::find_task(s, work->tenant, id);
    SETTLED_ASSERT(task.has_value(), "a delivery that was just owed is there");
    wire::JsonWriter w;
    write_delivery(w, *task);
    co_return Answer{202, std::move(w).text()};
}

// The endpoint is loaded again only when this call changed something.
Task<> announce(const Core& core, const EndpointWork& work, const Result<Answer>& answer) {
    if (answer && !answer->replayed)
        co_await core.endpoint_changed(work.tenant, work.id);
}

} // namespace

Task<Result<Answer>> create_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(EndpointPatch given, read_new_endpoint(document.root(), core.reach));
    const auto work =
        endpoint_work(core, call, core.context.ids.next<EndpointId>(), std::move(given));
    const std::size_t most = core.reach.endpoints_max;
    auto answer = co_await change(core, call, [=](Session& s) { return create(s, work, most); });
    co_await announce(core, *work, answer);
    co_return answer;
}

Task<Result<Answer>> list_endpoints(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, EndpointIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    Result<Endpoints> found =
        co_await core.store.read<Endpoints>([=](Session& s) { return list(s, tenant, now); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, cut(*std::move(found), page), write_endpoint);
}

Task<Result<Answer>> get_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EndpointIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    const Result<EndpointShown> endpoint = co_await find_or_404<EndpointShown>(
        core, [=](Session& s) { return find_shown(s, tenant, id, now); }, "endpoint");
    if (!endpoint)
        co_return std::unexpected(endpoint.error());
    co_return Answer{200, shown(*endpoint, {})};
}

Task<Result<Answer>> update_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EndpointIdTag>(call.id));
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(EndpointPatch patch, read_endpoint_patch(document.root(), core.reach));
    const auto work = endpoint_work(core, call, id, std::move(patch));
    const units::Context& context = core.context;
    auto answer =
        co_await change(core, call, [=, &context](Session& s) { return update(s, context, work); });
    co_await announce(core, *work, answer);
    co_return answer;
}

Task<Result<Answer>> delete_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EndpointIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const auto work = endpoint_work(core, call, id, {});
    const units::Context& context = core.context;
    auto answer =
        co_await change(core, call, [=, &context](Session& s) { return remove(s, context, work); });
    co_await announce(core, *work, answer);
    co_return answer;
}

Task<Result<Answer>> ping_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EndpointIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const auto work = endpoint_work(core, call, id, {});
    const units::Context& context = core.context;
    co_return co_await change(core, call,
                              [=, &context](Session& s) { return ping(s, context, work); });
}

} // namespace settled::api
