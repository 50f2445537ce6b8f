#include "api/trace.h"

#include "net/server/request_policy.h"
#include "wire/json.h"

#include <string>
#include <utility>

namespace settled::api {

namespace {

constexpr int unauthorized = 401;
constexpr int server_error = 500;
constexpr std::size_t bytes_read_max = 64 * 1024; // of an answer: longer ones are lists and files

// The id of what a POST has made or changed, "pay_…"; empty: it says none.
std::string id_made(const net::Request& request, const net::Response& response) {
    const bool may_have = request.method == "POST" && response.status / 100 == 2 &&
                          !response.source && response.body.size() <= bytes_read_max;
    const auto document =
        may_have ? wire::JsonDocument::parse(response.body) : fail(Code::json_invalid);
    const auto id = document ? document->root().member("id") : std::nullopt;
    const auto text = id ? id->string() : std::nullopt;
    return text ? std::string(*text) : std::string();
}

} // namespace

void add_call_span(observe::Traces& traces, const Route& route, const net::Request& request,
                   const net::Response& response, CallTimes times) {
    const auto own = observe::parse_traceparent(request.traceparent);
    if (!own || response.status == unauthorized)
        return;
    // The server has minted one where the caller sent none.
    const bool is_callers = !net::traceparent_of(request.fields).empty();
    if (is_callers ? !own->sampled : !traces.samples(own->trace))
        return;
    observe::Span span;
    span.trace = own->trace;
    span.id = own->span;
    if (is_callers) {
        span.parent = own->span;
        span.id = observe::span_id(request.traceparent + " " + request.request_id);
    }
    span.name = request.method + " " + std::string(route.pattern);
    span.kind = observe::SpanKind::server;
    span.begin = times.begin;
    span.end = times.end;
    span.failed = response.status >= server_error;
    span.attributes = {{"http.request.method", request.method},
                       {"http.route", std::string(route.pattern)},
                       {"http.response.status_code", std::int64_t{response.status}}};
    if (const std::string id = id_made(request, response); !id.empty()) {
        span.attributes.push_back({"settled.subject", id});
        span.links.push_back({observe::trace_id(id), observe::span_id(id)});
    }
    traces.add(std::move(span));
}

} // namespace settled::api
