#include "server/gateway.h"

#include "api/console/sign_in.h"
#include "custody/schemes.h"
#include "observe/log.h"
#include "server/key_metrics.h"
#include "server/reference.h"
#include "server/stale_secrets.h"
#include "server/time_watch.h"
#include "wire/json_writer.h"

namespace settled::server {

namespace {

constexpr std::string_view hooks_prefix = "/hooks/";
constexpr std::size_t named_max = 20; // on /readyz: enough to know where to look

bool is_for_operators(std::string_view path) {
    return path == "/livez" || path == "/readyz" || path == "/metrics";
}

bool is_for_readers(std::string_view path) {
    return path == "/docs" || path.starts_with("/docs/");
}

// What is wrong with a server that is ready for all else.
struct Troubles {
    std::string_view kafka = {};
    std::string clock = {};  // JSON
    bool calls_held = false; // since a restore; webhooks are taken, and deliveries go on
    bool tls_kept = false;
    std::vector<std::string> connectors_unavailable = {};
    std::vector<std::string> keys_kept = {}; // connectors
    std::vector<StaleSecret> secrets_stale = {};
    std::chrono::seconds aws_clock_offset{0};
};

void write_names(wire::JsonWriter& w, std::string_view member,
                 const std::vector<std::string>& names) {
    if (names.empty())
        return;
    w.key(member).array();
    for (std::size_t i = 0; i < names.size() && i < named_max; ++i)
        w.value(names[i]);
    w.end();
}

void write_stale(wire::JsonWriter& w, const std::vector<StaleSecret>& stale) {
    if (stale.empty())
        return;
    w.key("secrets_stale").array();
    for (std::size_t i = 0; i < stale.size() && i < named_max; ++i) {
        const StaleSecret& one = stale[i];
        w.object().key("connector");
        one.connector.empty() ? w.null() : w.value(one.connector);
        w.member("use", one.use).member("seconds", std::int64_t{one.age.count()}).end();
    }
    w.end();
}

net::Response status_answer(int http_status, std::string_view status, std::string_view reason,
                            const Troubles& troubles = {}) {
    wire::JsonWriter w;
    w.object().member("status", status);
    if (!reason.empty())
        w.member("reason", reason);
    if (!troubles.kafka.empty())
        w.member("kafka", troubles.kafka);
    if (!troubles.clock.empty())
        w.key("clock").raw(troubles.clock);
    if (troubles.tls_kept)
        w.member("tls", "kept");
    if (troubles.calls_held)
        w.member("calls_held", true);
    write_names(w, "connectors_unavailable", troubles.connectors_unavailable);
    write_names(w, "keys_kept", troubles.keys_kept);
    write_stale(w, troubles.secrets_stale);
    if (std::abs(troubles.aws_clock_offset.count()) >= custody::clock_offset_warned.count())
        w.member("aws_clock_offset_seconds", std::int64_t{troubles.aws_clock_offset.count()});
    w.end();
    net::Response response;
    response.status = http_status;
    response.body = std::move(w).text();
    return response;
}

// Webhooks and operators' questions come by the thousand; their lines are for debugging.
LogLevel level_of(const net::Request& request, const net::Response& response) {
    if (response.status >= 500)
        return LogLevel::warn;
    return request.path.starts_with("/v1/") ? LogLevel::info : LogLevel::debug;
}

} // namespace

Gateway::Gateway(Installation& installation)
    : installation_(installation), backups_(installation), figures_(installation),
      refused_requests_(installation.metrics.counter(
          "settled_http_refused_total", "Requests refused before they reached a handler")) {}

std::size_t Gateway::body_bytes_max(std::string_view method, std::string_view path) const {
    if (path.starts_with(hooks_prefix))
        return limits::webhook_body_bytes_max;
    return is_for_operators(path) || ConsolePages::serves(path)
               ? 0
               : installation_.api().body_bytes_max(method, path);
}

std::size_t Gateway::file_bytes_max(std::string_view method, std::string_view path) const {
    return installation_.api().file_bytes_max(method, path);
}

Task<Result<net::Handler::FilePlace>> Gateway::admit_file(const net::Request& head) {
    if (auto refused = not_here(installation_.roles().api || head.trusted_peer, "api"))
        co_return std::unexpected(*std::move(refused));
    co_return co_await installation_.api().admit_file(head);
}

bool Gateway::is_vital(std::string_view method, std::string_view path) const {
    return (method == "GET" || method == "HEAD") && is_for_operators(path);
}

Task<net::Response> Gateway::handle(net::Request request) {
    if (request.path.starts_with(hooks_prefix)) {
        const std::string request_id = request.request_id;
        if (request.method != "POST") {
            net::Response response =
                refuse({Code::method_not_allowed, "webhooks are sent by POST"}, request_id);
            response.fields.add("Allow", "POST");
            co_return response;
        }
        if (const auto refused = not_here(installation_.roles().intake, "intake"))
            co_return refuse(*refused, request_id);
        std::string connector = request.path.substr(hooks_prefix.size());
        Result<net::Response> answer =
            co_await installation_.hooks().receive(std::move(connector), std::move(request));
        if (!answer)
            co_return installation_.api().refuse(answer.error(), request_id);
        co_return std::move(*answer);
    }
    const bool is_read_only = is_for_operators(request.path) || is_for_readers(request.path);
    if (is_read_only && request.method != "GET" && request.method != "HEAD") {
        net::Response response =
            refuse({Code::method_not_allowed, "ask with GET"}, request.request_id);
        response.fields.add("Allow", "GET, HEAD");
        co_return response;
    }
    if (request.path == "/livez")
        co_return status_answer(200, "alive", "");
    if (request.path == "/readyz")
        co_return ready();
    if (auto page = reference_page(request.path))
        co_return *std::move(page);
    if (request.path == "/metrics")
        co_return co_await show_metrics();
    if (request.trusted_peer && request.path == backup_path)
        co_return co_await backups_.handle(std::move(request));
    if (request.trusted_peer && request.path == retry_pins_path && request.method == "POST")
        co_return co_await retry_pins(request.request_id);
    // The operator on this machine is served by every node.
    const bool is_served = installation_.roles().api || request.trusted_peer;
    if (const auto refused = not_here(is_served, "api"))
        co_return refuse(*refused, request.request_id);
    const bool is_of_console =
        ConsolePages::serves(request.path) || api::is_sessions_path(request.path);
    if (is_of_console && !installation_.config().console)
        co_return refuse({Code::route_unknown, "[console] enabled is false"}, request.request_id);
    if (ConsolePages::serves(request.path))
        co_return console(request);
    co_return co_await installation_.api().handle(std::move(request));
}

Task<net::Response> Gateway::show_metrics() {
    net::Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = installation_.metrics.text();
    response.body += exposed_machine(installation_.config());
    response.body += co_await figures_.text();
    std::vector<KeyEnd> ends = figures_.key_ends();
    if (const auto& kafka = installation_.own_keys().kafka(); kafka && kafka->expires_at)
        ends.push_back({kafka->use, *kafka->expires_at});
    response.body +=
        exposed_keys(installation_.connectors().keys(), tls_state(), ends, installation_.clock);
    co_return response;
}

std::optional<TlsKeeper::State> Gateway::tls_state() const {
    return tls_ == nullptr ? std::nullopt : std::optional(tls_->state());
}

net::Response Gateway::console(const net::Request& request) const {
    Result<net::Response> answer = pages_.answer(request);
    if (answer)
        return *std::move(answer);
    net::Response refused = refuse(answer.error(), request.request_id);
    if (answer.error().code == Code::method_not_allowed)
        refused.fields.add("Allow", "GET, HEAD");
    return refused;
}

// The operator has put a token or its PIN right.
Task<net::Response> Gateway::retry_pins(std::string request_id) {
    const Result<bool> forgotten = co_await installation_.key_desk.run<bool>([] {
        custody::retry_pins();
        return Result<bool>(true);
    });
    if (!forgotten)
        co_return refuse(forgotten.error(), request_id);
    co_await installation_.reload_connectors();
    co_return status_answer(200, "retried", "");
}

// Why this node does not serve a request.
std::optional<Error> Gateway::not_here(bool has_role, std::string_view role) const {
    if (!has_role)
        return Error{Code::route_unknown,
                     "this node has not the role " + std::string(role) + "; ask one that has it"};
    if (!installation_.membership().is_member())
        return Error{Code::node_unleased, "its lease ran out; it takes another; try again soon"};
    return std::nullopt;
}

net::Response Gateway::ready() const {
    if (shutting_down_)
        return status_answer(503, "unready", "shutting down");
    if (!installation_.membership().is_member())
        return status_answer(503, "unready", "it has no place among the nodes");
    const store::Health health = installation_.store().health();
    Troubles troubles;
    if (kafka_)
        troubles.kafka = kafka_();
    troubles.clock = clock_trouble(installation_.clock);
    // A connector that waits for its key takes nothing from the others: all nodes would leave the
    // balancer at once.
    troubles.connectors_unavailable = installation_.connectors().unavailable();
    troubles.keys_kept = installation_.connectors().on_kept_keys();
    troubles.calls_held = installation_.calls_held();
    const auto tls = tls_state();
    troubles.tls_kept = tls && !tls->is_usable;
    troubles.secrets_stale =
        stale_secrets(installation_.connectors().keys(), tls, installation_.clock.steady());
    troubles.aws_clock_offset = custody::clock_offset();
    return health.can_commit ? status_answer(200, "ready", "", troubles)
                             : status_answer(503, "unready", health.reason, troubles);
}

net::Response Gateway::refuse(const Error& error, std::string_view request_id) const {
    refused_requests_.add();
    return installation_.api().refuse(error, request_id);
}

void Gateway::answered(const net::Request& request, const net::Response& response,
                       std::chrono::microseconds took) {
    log::write(level_of(request, response), "http.answered",
               {{"method", request.method},
                {"path", request.path},
                {"status", response.status},
                {"took_us", took.count()},
                {"peer", request.peer},
                {"request_id", request.request_id},
                {"traceparent", request.traceparent}});
}

} // namespace settled::server
