#include "store/queries/endpoints.h"

#include "api/body.h"
#include "api/change.h"
#include "api/handlers/endpoint_reader.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "crypto/webhook_signature.h"
#include "domain/channel.h"
#include "units/deliveries/cancel_lane.h"
#include "units/deliveries/endpoint_secret.h"
#include "units/deliveries/publish.h"

namespace settled::api {

namespace {

using store::EndpointRow;
using store::Session;
using store::Step;
using Endpoints = std::vector<EndpointRow>;

void write_members(wire::JsonWriter& w, const EndpointRow& endpoint) {
    w.member("id", to_string(endpoint.id)).member("url", endpoint.url);
    write_words(w, "events", endpoint.events);
    w.key("auth").object().member("type", endpoint.auth);
    w.member("username", endpoint.username).end();
    w.member("status", endpoint.status);
    write_time(w, "created_at", endpoint.created_at);
}

void write_endpoint(wire::JsonWriter& w, const EndpointRow& endpoint) {
    w.object();
    write_members(w, endpoint);
    w.end();
}

// `secret` empty: none is to be shown.
std::string shown(const EndpointRow& endpoint, const Secret& secret) {
    wire::JsonWriter w;
    w.object();
    write_members(w, endpoint);
    if (!secret.empty())
        w.member("secret", secret.reveal()); // this once, to its owner
    w.end();
    return std::move(w).text();
}

// What a call does to an endpoint, made on the io thread: units take no random numbers.
struct Work {
    TenantId tenant;
    EndpointId id;
    Instant now;
    EndpointPatch patch;
    Secret shown_secret; // a new signing secret
    Bytes sealed_secret; // the new secret or password; empty: it stays
};

std::shared_ptr<const Work> work_of(const Core& core, const Call& call, EndpointId id,
                                    EndpointPatch patch) {
    auto work = std::make_shared<Work>(call.caller.tenant, id, core.clock.now(), std::move(patch));
    const bool new_signature = work->patch.auth && work->patch.auth->type == auth_signature;
    if (new_signature || work->patch.rotate_secret)
        work->shown_secret = crypto::generate_webhook_secret(core.rng);
    if (work->patch.auth && work->patch.auth->type == auth_basic)
        work->sealed_secret =
            units::seal_endpoint_secret(core.master, id, work->patch.auth->password, core.rng);
    else if (!work->shown_secret.empty())
        work->sealed_secret =
            units::seal_endpoint_secret(core.master, id, work->shown_secret, core.rng);
    return work;
}

void apply(EndpointRow& endpoint, const Work& work) {
    const EndpointPatch& patch = work.patch;
    endpoint.url = patch.url.value_or(endpoint.url);
    endpoint.events = patch.events.value_or(endpoint.events);
    endpoint.status = patch.status.value_or(endpoint.status);
    if (patch.auth) {
        endpoint.auth = patch.auth->type;
        endpoint.username = patch.auth->username;
    }
    if (!work.sealed_secret.empty())
        endpoint.sealed_secret = work.sealed_secret;
}

Step<Result<Answer>> create(Session& s, std::shared_ptr<const Work> work) {
    co_await s.lock({store::Lock::endpoints(work->tenant)});
    const Endpoints there = co_await store::list_endpoints(s, work->tenant);
    if (there.size() >= limits::endpoints_per_tenant_max)
        co_return fail(Code::limit_reached, "delete an endpoint first");
    EndpointRow endpoint;
    endpoint.tenant = work->tenant;
    endpoint.id = work->id;
    endpoint.status = store::endpoint_active;
    endpoint.created_at = work->now;
    apply(endpoint, *work);
    co_await store::insert_endpoint(s, endpoint);
    co_return Answer{201, shown(endpoint, work->shown_secret)};
}

Step<std::optional<EndpointRow>> find(Session& s, TenantId tenant, EndpointId id) {
    auto endpoint = co_await store::find_endpoint(s, tenant, id);
    if (endpoint && endpoint->status == store::endpoint_deleted)
        co_return std::nullopt;
    co_return endpoint;
}

std::unexpected<Error> no_endpoint() {
    return fail(Code::not_found, "there is no such endpoint");
}

Step<Result<Answer>> update(Session& s, std::shared_ptr<const Work> work) {
    co_await s.lock({store::Lock::endpoints(work->tenant)});
    auto endpoint = co_await find(s, work->tenant, work->id);
    if (!endpoint)
        co_return no_endpoint();
    if (work->patch.rotate_secret && endpoint->auth != auth_signature)
        co_return fail(Code::state_conflict, "it has a password; give a new auth");
    apply(*endpoint, *work);
    if (endpoint->auth == auth_basic && domain::channel_of(endpoint->url) == domain::Channel::kafka)
        co_return fail(Code::value_invalid, "auth: a password does not belong into a topic");
    co_await store::update_endpoint(s, *endpoint);
    co_return Answer{200, shown(*endpoint, work->shown_secret)};
}

// What it is still owed is cancelled; its past deliveries go on naming it.
Step<Result<Answer>> remove(Session& s, const units::Context& context,
                            std::shared_ptr<const Work> work) {
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
                          std::shared_ptr<const Work> work) {
    co_await s.lock({store::Lock::endpoints_shared(work->tenant)});
    const auto endpoint = co_await find(s, work->tenant, work->id);
    if (!endpoint)
        co_return no_endpoint();
    if (endpoint->status != store::endpoint_active)
        co_return fail(Code::state_conflict, "the endpoint is disabled; set its status to active");
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

// The books are loaded again only when this call changed something.
Task<> announce(const Core& core, const Result<Answer>& answer) {
    if (answer && !answer->replayed)
        co_await core.endpoints_changed();
}

} // namespace

Task<Result<Answer>> create_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(EndpointPatch given, read_new_endpoint(document.root(), core.reach));
    const auto work = work_of(core, call, core.context.ids.next<EndpointId>(), std::move(given));
    auto answer = co_await change(core, call, [=](Session& s) { return create(s, work); });
    co_await announce(core, answer);
    co_return answer;
}

Task<Result<Answer>> list_endpoints(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, EndpointIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    Result<Endpoints> found = co_await core.store.read<Endpoints>(
        [=](Session& s) { return store::list_endpoints(s, tenant); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, cut(*std::move(found), page), write_endpoint);
}

Task<Result<Answer>> get_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EndpointIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<EndpointRow> endpoint = co_await find_or_404<EndpointRow>(
        core, [=](Session& s) { return find(s, tenant, id); }, "endpoint");
    if (!endpoint)
        co_return std::unexpected(endpoint.error());
    co_return Answer{200, shown(*endpoint, Secret())};
}

Task<Result<Answer>> update_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EndpointIdTag>(call.id));
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(EndpointPatch patch, read_endpoint_patch(document.root(), core.reach));
    const auto work = work_of(core, call, id, std::move(patch));
    auto answer = co_await change(core, call, [=](Session& s) { return update(s, work); });
    co_await announce(core, answer);
    co_return answer;
}

Task<Result<Answer>> delete_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EndpointIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const auto work = work_of(core, call, id, {});
    const units::Context& context = core.context;
    auto answer =
        co_await change(core, call, [=, &context](Session& s) { return remove(s, context, work); });
    co_await announce(core, answer);
    co_return answer;
}

Task<Result<Answer>> ping_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EndpointIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const auto work = work_of(core, call, id, {});
    const units::Context& context = core.context;
    co_return co_await change(core, call,
                              [=, &context](Session& s) { return ping(s, context, work); });
}

} // namespace settled::api
