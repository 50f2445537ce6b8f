#include "api/api.h"

#include "api/console/masked_source.h"
#include "api/console/masking.h"
#include "api/console/sessions.h"
#include "api/console/sign_in.h"
#include "api/core.h"
#include "api/file_places.h"
#include "api/guarded_source.h"
#include "api/handlers/console_handlers.h"
#include "api/handlers/handlers.h"
#include "api/operator.h"
#include "api/probe.h"
#include "api/problem.h"
#include "api/purged_answer.h"
#include "api/routes.h"
#include "api/trace.h"
#include "base/assert.h"
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
constexpr std::string_view statement_files_path = "/v1/statements/files";
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

// As a session is shown it.
net::Response masked_response(net::Response response) {
    if (response.source)
        response.source = std::make_shared<MaskedSource>(std::move(response.source));
    response.body = masked(response.body);
    return response;
}

net::Response wrong_method(std::string_view allow, std::string_view request_id) {
    net::Response response =
        problem({Code::method_not_allowed, "this address takes " + std::string(allow)}, request_id);
    response.fields.add("Allow", allow);
    return response;
}

// "GET" in "GET, DELETE".
bool names_method(std::string_view allow, std::string_view method) {
    for (;;) {
        const std::size_t comma = allow.find(", ");
        if (allow.substr(0, comma) == method)
            return true;
        if (comma == allow.npos)
            return false;
        allow.remove_prefix(comma + 2);
    }
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
               std::move(deps.endpoint_changed),
               std::move(deps.rules_changed),
               std::move(deps.profiles_changed),
               deps.master.copy(),
               crypto::Hmac(crypto::derive_key(deps.master, "request-fingerprints").bytes()),
               keys,
               deps.key_desk,
               std::move(deps.reader_of),
               std::move(deps.tenant_secrets),
               std::move(deps.signing_key_of),
               std::move(deps.signing_key_warning),
               std::move(deps.key_states_of),
               deps.attention,
               std::move(deps.refused_of),
               std::move(deps.look_at_machine)},
          sessions(deps.store, deps.clock, deps.master), sign_in(core, sessions, deps.speaks_https),
          traces(deps.traces) {}

    // Who calls, and what a partner's session is held to.
    struct Known {
        Caller caller;
        std::optional<PortalRights> portal = std::nullopt;
    };

    Task<Result<Known>> caller_of(const Route& route, const net::Request& request) {
        if (request.trusted_peer) {
            CO_TRY(Caller caller, co_await operator_caller(core, route, request));
            co_return Known{std::move(caller)};
        }
        CO_TRY(auto cookie, session_cookie_of(request));
        if (!cookie) {
            CO_TRY(Caller caller, co_await keys.caller_of(request));
            co_return Known{std::move(caller)};
        }
        CO_TRY(LiveSession session, co_await sessions.find(request, *std::move(cookie)));
        // A session of a key acts as that key.
        if (const auto key = parse_id<ApiKeyIdTag>(session.caller.name))
            keys.uses().note(session.caller.tenant, *key, core.clock.now());
        co_return Known{std::move(session.caller), session.portal};
    }

    // Whether the reader of an answer that goes on is still let in.
    Task<bool> is_let_in(const Route& route, const net::Request& request) {
        auto cookie = session_cookie_of(request);
        if (cookie && *cookie) {
            const auto session = co_await sessions.look_again(request, **std::move(cookie));
            co_return session && session->caller.scopes.has(route.scope);
        }
        const auto caller = co_await keys.caller_of(request);
        co_return caller && caller->scopes.has(route.scope);
    }

    void guard(net::Response& response, const Route& route, const net::Request& request) {
        net::Request head = request; // without what only a handler needs
        head.body.clear();
        response.source = guarded_source(
            std::move(response.source), core.clock,
            [this, &route, head = std::move(head)] { return is_let_in(route, head); });
    }

    // A caller that has the route's scope.
    Task<Result<Known>> let_in(const Route& route, const net::Request& request) {
        CO_TRY(Known known, co_await caller_of(route, request));
        if (known.portal && !known.caller.scopes.has(route.scope))
            co_return fail(Code::not_found, "there is no such object");
        if (!known.caller.scopes.has(route.scope))
            co_return fail(Code::scope_missing,
                           "this needs the scope " + std::string(token(route.scope)));
        co_return known;
    }

    Task<Result<Answer>> answer(const Route& route, std::string id, const net::Request& request) {
        CO_TRY(Known known, co_await let_in(route, request));
        CO_TRY_VOID(check_parameters(route, request.query, request.trusted_peer));
        const Call call{request, std::move(known.caller), std::move(id), route.pattern};
        if (known.portal)
            co_return co_await answer_in_portal(core, route, call, *known.portal, redeliveries);
        auto answered = co_await route.handler(core, call);
        co_return co_await unless_purged(core, route, call, std::move(answered));
    }

    Task<net::Response> sign(const net::Request& request) {
        Result<net::Response> answer = co_await sign_in.handle(request);
        if (answer)
            co_return *std::move(answer);
        if (answer.error().code != Code::too_many_requests)
            co_return refused(answer.error(), request);
        probe.denied(Code::too_many_requests);
        constexpr std::chrono::seconds wait = bounds::sign_in_window;
        co_return problem(answer.error(), request.request_id, static_cast<int>(wait.count()));
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
    Sessions sessions;
    SignIn sign_in;
    observe::Traces* traces; // none: they are off
    Tries redeliveries;      // of partners
    FilePlaces file_places;
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
    if (const std::string_view allow = SignIn::methods_of(request); !allow.empty()) {
        const bool is_allowed = names_method(allow, method);
        co_return is_allowed ? co_await impl_->sign(request)
                             : wrong_method(allow, request.request_id);
    }
    RouteMatch match = find_route(method, request.path);
    if (wants_openapi || wants_keys)
        match.allow = "GET";
    if (match.route == nullptr && match.allow.empty())
        co_return problem({Code::route_unknown, "GET /openapi.yaml lists what is here"},
                          request.request_id);
    if (match.route == nullptr)
        co_return wrong_method(match.allow, request.request_id);
    const Instant begin = impl_->traces == nullptr ? Instant() : impl_->core.clock.now();
    Result<Answer> answer = co_await impl_->answer(*match.route, std::move(match.id), request);
    net::Response response =
        answer ? response_of(*std::move(answer)) : impl_->refused(answer.error(), request);
    impl_->probe.answered(*match.route, response.status);
    if (impl_->traces != nullptr)
        add_call_span(*impl_->traces, *match.route, request, response,
                      {begin, impl_->core.clock.now()});
    if (response.source && !request.trusted_peer)
        impl_->guard(response, *match.route, request);
    const auto cookie = session_cookie_of(request);
    const bool is_session = !request.trusted_peer && (!cookie || *cookie);
    const bool is_revealed = match.route->handler == reveal && response.status == 200;
    co_return is_session && !is_revealed ? masked_response(std::move(response))
                                         : std::move(response);
}

std::size_t Api::body_bytes_max(std::string_view /*method*/, std::string_view /*path*/) const {
    return limits::api_body_bytes_max;
}

std::size_t Api::file_bytes_max(std::string_view method, std::string_view path) const {
    const bool takes_file = method == "POST" && path == statement_files_path;
    return takes_file ? bounds::statement_file_bytes_max : 0;
}

Task<Result<std::shared_ptr<void>>> Api::admit_file(const net::Request& head) {
    const RouteMatch match = find_route(head.method, head.path);
    SETTLED_ASSERT(match.route != nullptr, "only a route takes files");
    CO_TRY(const Impl::Known known, co_await impl_->let_in(*match.route, head));
    co_return impl_->file_places.take(known.caller.tenant);
}

std::vector<store::ApiKeyUse> Api::take_key_uses() {
    return impl_->keys.uses().take(impl_->core.clock.now());
}

net::Response Api::refuse(const Error& error, std::string_view request_id) const {
    return problem(error, request_id);
}

} // namespace settled::api
