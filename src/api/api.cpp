#include "api/api.h"

#include "api/core.h"
#include "api/handlers/handlers.h"
#include "api/operator.h"
#include "api/probe.h"
#include "api/problem.h"
#include "api/routes.h"
#include "base/limits.h"
#include "observe/log.h"

#include <utility>
#include <vector>

namespace settled::embedded_openapi {
extern const std::vector<std::pair<std::string_view, std::string_view>> files;
} // namespace settled::embedded_openapi

namespace settled::api {

namespace {

// Not among the routes: it is for everyone, and answers without the store.
// What needs no API key.
constexpr std::string_view openapi_path = "/openapi.yaml";
constexpr std::string_view published_keys_path = "/.well-known/jwks.json";

net::Response openapi() {
    net::Response response;
    response.content_type = "application/yaml"; // RFC 9512
    response.body = embedded_openapi::files.front().second;
    return response;
}

net::Response response_of(Answer answer) {
    net::Response response;
    response.status = answer.status;
    response.body = std::move(answer.body);
    response.content_type = std::move(answer.content_type);
    response.source = std::move(answer.source);
    response.fields.add("Cache-Control", "no-store"); // money, names and one-time secrets
    if (answer.replayed)
        response.fields.add("Idempotent-Replayed", "true");
    return response;
}

net::Response wrong_method(std::string_view allow, std::string_view request_id) {
    net::Response response =
        problem({Code::method_not_allowed, "this address takes " + std::string(allow)}, request_id);
    response.fields.add("Allow", allow);
    return response;
}

} // namespace

struct Api::Impl {
    explicit Impl(ApiDeps deps)
        : keys(deps.store, deps.clock, deps.master), probe(deps.metrics),
          core{deps.store,
               deps.context,
               deps.clock,
               deps.rng,
               std::move(deps.reach),
               std::move(deps.connectors_changed),
               std::move(deps.endpoints_changed),
               std::move(deps.rules_changed),
               std::move(deps.profiles_changed),
               deps.master.copy(),
               crypto::Hmac(crypto::derive_key(deps.master, "request-fingerprints").bytes()),
               keys,
               deps.key_desk,
               std::move(deps.reader_of),
               std::move(deps.tenant_secrets),
               std::move(deps.signing_key_of),
               deps.attention,
               std::move(deps.refused_of)} {}

    Task<Result<Answer>> answer(const Route& route, std::string id, const net::Request& request) {
        Result<Caller> caller = fail(Code::credentials_missing);
        if (request.trusted_peer)
            caller = co_await operator_caller(core, route, request);
        else
            caller = co_await keys.caller_of(request);
        if (!caller)
            co_return std::unexpected(std::move(caller).error());
        if (!caller->scopes.has(route.scope))
            co_return fail(Code::scope_missing,
                           "this needs the scope " + std::string(token(route.scope)));
        CO_TRY_VOID(check_parameters(route, request.query, request.trusted_peer));
        const Call call{request, *caller, std::move(id)};
        co_return co_await route.handler(core, call);
    }

    net::Response refused(const Error& error, const net::Request& request) const {
        probe.denied(error.code);
        // An error of the request is the client's; an error of this server may last.
        const auto write = info(error.code).http_status < 500 ? log::failure : log::lasting;
        write("api.refused", error,
              {{"method", request.method},
               {"request_id", request.request_id},
               {"peer", request.peer}});
        return problem(error, request.request_id);
    }

    KeyRing keys;
    Probe probe;
    Core core;
};

Api::Api(ApiDeps deps) : impl_(std::make_unique<Impl>(std::move(deps))) {}
Api::~Api() = default;

Task<net::Response> Api::handle(net::Request request) {
    // The server leaves the body of an answer to HEAD away (RFC 9110, 9.3.2).
    const std::string_view asked = request.method;
    const std::string_view method = asked == "HEAD" ? "GET" : asked;
    const bool wants_openapi = request.path == openapi_path;
    const bool wants_keys = request.path == published_keys_path;
    if (wants_openapi && method == "GET")
        co_return openapi();
    if (wants_keys && method == "GET") {
        Result<Answer> keys = co_await published_keys(impl_->core);
        co_return keys ? response_of(*std::move(keys)) : impl_->refused(keys.error(), request);
    }
    RouteMatch match = find_route(method, request.path);
    if (wants_openapi || wants_keys)
        match.allow = "GET";
    if (match.route == nullptr && match.allow.empty())
        co_return problem({Code::route_unknown, "GET /openapi.yaml lists what is here"},
                          request.request_id);
    if (match.route == nullptr)
        co_return wrong_method(match.allow, request.request_id);
    Result<Answer> answer = co_await impl_->answer(*match.route, std::move(match.id), request);
    net::Response response =
        answer ? response_of(*std::move(answer)) : impl_->refused(answer.error(), request);
    impl_->probe.answered(*match.route, response.status);
    co_return response;
}

std::size_t Api::body_bytes_max(std::string_view /*method*/, std::string_view /*path*/) const {
    return limits::api_body_bytes_max;
}

net::Response Api::refuse(const Error& error, std::string_view request_id) const {
    return problem(error, request_id);
}

} // namespace settled::api
