// One thing shown unmasked, to a person who says why. Who looked at what is stored before it is shown.
#include "api/body.h"
#include "api/bounds.h"
#include "api/core.h"
#include "api/handlers/console_handlers.h"
#include "api/routes.h"
#include "payloads/reader.h"
#include "store/queries/changes.h"
#include "wire/json_writer.h"

#include <algorithm>
#include <array>

namespace settled::api {

namespace {

using store::ChangeRow;
using store::Session;
using store::Step;

constexpr std::string_view action = "reveal";

// Which list a thing is in, by how its id begins.
constexpr auto places = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"pay_", "/v1/payments/"},
    {"stl_", "/v1/settlements/"},
    {"mat_", "/v1/matches/"},
    {"rev_", "/v1/reviews/"},
    {"whk_", "/v1/webhooks/"},
    {"evt_", "/v1/events/"},
    {"ord_", "/v1/orders/"},
    {"lnk_", "/v1/links/"},
    {"ret_", "/v1/returns/"},
    {"acc_", "/v1/accounts/"},
    {"cal_", "/v1/calls/"},
    {"pst_", "/v1/postings/"},
    {"dlv_", "/v1/deliveries/"},
    {"ntf_", "/v1/notifications/"},
    {"bac_", "/v1/bacs-items/"},
});

struct Wanted {
    std::string subject;
    std::string reason;
    std::string path;
};

Result<Wanted> read_wanted(const net::Request& request) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    Wanted wanted;
    wanted.subject = in.text("subject", limits::client_id_bytes_max);
    wanted.reason = in.text("reason", limits::text_bytes_max);
    const auto* const place = std::ranges::find_if(
        places, [&](const auto& each) { return wanted.subject.starts_with(each.first); });
    if (!in.failed() && place == places.end())
        in.refuse(Code::value_invalid, "subject", "give the id of a thing that this API shows");
    TRY_VOID(in.finish());
    wanted.path = std::string(place->second) + wanted.subject;
    return wanted;
}

// The thing as an API key with the caller's scopes is shown it.
Task<Result<Answer>> shown(const Core& core, const Call& call, std::string path) {
    const RouteMatch match = find_route("GET", path);
    if (match.route == nullptr)
        co_return fail(Code::not_found, "there is no such object");
    if (!call.caller.scopes.has(match.route->scope))
        co_return fail(Code::scope_missing,
                       "this needs the scope " + std::string(token(match.route->scope)));
    net::Request request;
    request.method = "GET";
    request.target = request.path = std::move(path);
    request.request_id = call.request.request_id;
    Caller caller = call.caller;
    caller.is_session = false;
    const Call inner{request, std::move(caller), match.id, match.route->pattern};
    co_return co_await match.route->handler(core, inner);
}

// False: the person has looked at too many things.
Step<bool> write_down(Session& s, TenantId tenant, std::shared_ptr<const ChangeRow> change) {
    co_await s.lock(
        {store::Lock::api_keys(tenant)}); // one after the other, so that all are counted
    const std::int64_t made = co_await store::count_changes_of(
        s, tenant, change->actor, action, change->at - bounds::reveal_window, bounds::reveals_max);
    if (made >= bounds::reveals_max)
        co_return false;
    co_await store::insert_change(s, tenant, *change);
    co_return true;
}

} // namespace

Task<Result<Answer>> reveal(const Core& core, const Call& call) {
    CO_TRY(const Wanted wanted, read_wanted(call.request));
    CO_TRY(const Answer thing, co_await shown(core, call, wanted.path));
    const TenantId tenant = call.caller.tenant;
    const auto change = std::make_shared<const ChangeRow>(
        core.context.ids.next<ChangeId>(), call.caller.name, std::string(action), wanted.subject,
        wanted.reason, call.request.request_id, core.clock.now());
    const Result<bool> written =
        co_await core.store.write<bool>([=](Session& s) { return write_down(s, tenant, change); });
    if (!written)
        co_return std::unexpected(written.error());
    if (!*written)
        co_return fail(Code::too_many_requests, "this was done too often within an hour; wait");
    wire::JsonWriter w;
    w.object().member("change_id", to_string(change->id)).member("subject", wanted.subject);
    w.key("object").raw(thing.body).end();
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
