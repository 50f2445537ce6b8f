#include "api/console/portal.h"

#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <array>

namespace settled::api {

namespace {

std::unexpected<Error> not_there() {
    return fail(Code::not_found, "there is no such object");
}

// What a partner may know of its endpoint: no settings, no secret.
Result<Answer> without_settings(const Answer& answer) {
    TRY(const auto document, wire::JsonDocument::parse(answer.body));
    wire::JsonWriter w;
    w.object();
    static constexpr std::array shown{"id", "url", "events", "status", "health", "created_at"};
    for (const char* const name : shown)
        if (const auto member = document.root().member(name))
            w.key(name).raw(member->raw());
    w.end();
    return Answer{200, std::move(w).text()};
}

// A call that reads, made in the partner's place.
Task<Result<Answer>> ask(const Core& core, const Call& call, std::string path, std::string query) {
    const RouteMatch match = find_route("GET", path);
    SETTLED_ASSERT(match.route != nullptr, "there is no route to {}", path);
    net::Request request;
    request.method = "GET";
    request.target = request.path = std::move(path);
    request.query = std::move(query);
    request.request_id = call.request.request_id;
    const Call inner{request, call.caller, match.id, match.route->pattern};
    co_return co_await match.route->handler(core, inner);
}

Task<Result<>> check_delivery(const Core& core, const Call& call, EndpointId endpoint) {
    CO_TRY(const Answer delivery, co_await ask(core, call, "/v1/deliveries/" + call.id, ""));
    CO_TRY(const auto document, wire::JsonDocument::parse(delivery.body));
    const auto its = document.root().member("endpoint_id");
    if (!its || its->string() != to_string(endpoint))
        co_return not_there();
    co_return Result<>{};
}

Task<Result<>> check_event(const Core& core, const Call& call, EndpointId endpoint) {
    CO_TRY(const auto event, parse_id<EventIdTag>(call.id));
    CO_TRY(const Answer page, co_await ask(core, call, "/v1/deliveries",
                                           fmt::format("limit=1&endpoint={}&event={}",
                                                       to_string(endpoint), to_string(event))));
    CO_TRY(const auto document, wire::JsonDocument::parse(page.body));
    const auto data = document.root().member("data");
    if (!data || data->size() == 0)
        co_return not_there();
    co_return Result<>{};
}

// The list of deliveries, of that endpoint alone.
Task<Result<Answer>> list_own(const Core& core, const Call& call, EndpointId endpoint) {
    const std::string own = to_string(endpoint);
    const auto given = call.request.parameter("endpoint");
    if (given && *given != own)
        co_return not_there();
    std::string query = call.request.query;
    if (!given)
        query += (query.empty() ? "endpoint=" : "&endpoint=") + own;
    co_return co_await ask(core, call, "/v1/deliveries", std::move(query));
}

Task<Result<Answer>> answer_of_endpoint(const Core& core, const Route& route, const Call& call,
                                        PortalRights rights, Tries& redeliveries) {
    if (call.id != to_string(rights.endpoint))
        co_return not_there();
    const bool is_ping = route.pattern == "/v1/endpoints/{id}/ping" && rights.can_ping;
    if (!is_ping && route.pattern != "/v1/endpoints/{id}")
        co_return not_there();
    if (is_ping && !redeliveries.take(call.caller.name + " ping", core.clock.steady()))
        co_return fail(Code::too_many_requests, "wait a minute before the next ping");
    CO_TRY(const Answer answer, co_await route.handler(core, call));
    co_return is_ping ? Result<Answer>(answer) : without_settings(answer);
}

Task<Result<Answer>> redeliver_own(const Core& core, const Route& route, const Call& call,
                                   PortalRights rights, Tries& redeliveries) {
    if (!rights.can_redeliver)
        co_return not_there();
    CO_TRY_VOID(co_await check_delivery(core, call, rights.endpoint));
    if (!redeliveries.take(call.caller.name, core.clock.steady()))
        co_return fail(Code::too_many_requests, "wait a minute before the next redelivery");
    co_return co_await route.handler(core, call);
}

} // namespace

std::string PortalRights::text() const {
    std::string all(portal_read);
    if (can_redeliver)
        all.append(" ").append(portal_redeliver);
    if (can_ping)
        all.append(" ").append(portal_ping);
    return all;
}

PortalRights PortalRights::parse(EndpointId endpoint, std::string_view text) {
    return {endpoint, text.contains(portal_redeliver), text.contains(portal_ping)};
}

std::string PortalRights::scopes() const {
    const bool writes = can_redeliver || can_ping;
    return writes ? "endpoints:read events:read events:write" : "endpoints:read events:read";
}

crypto::Hmac session_hash(const Secret& master) {
    return crypto::Hmac(crypto::derive_key(master, "sessions").bytes());
}

Task<Result<Answer>> answer_in_portal(const Core& core, const Route& route, const Call& call,
                                      PortalRights rights, Tries& redeliveries) {
    const bool reads = route.method == "GET";
    if (route.pattern == "/v1/deliveries" && reads)
        co_return co_await list_own(core, call, rights.endpoint);
    if (route.pattern == "/v1/deliveries/{id}/redeliver")
        co_return co_await redeliver_own(core, route, call, rights, redeliveries);
    if (route.pattern == "/v1/endpoints/{id}/ping" ||
        (route.pattern == "/v1/endpoints/{id}" && reads))
        co_return co_await answer_of_endpoint(core, route, call, rights, redeliveries);
    if (route.pattern == "/v1/deliveries/{id}" && reads) {
        CO_TRY_VOID(co_await check_delivery(core, call, rights.endpoint));
        co_return co_await route.handler(core, call);
    }
    if (route.pattern == "/v1/events/{id}" && reads) {
        CO_TRY_VOID(co_await check_event(core, call, rights.endpoint));
        co_return co_await route.handler(core, call);
    }
    co_return not_there();
}

} // namespace settled::api
