#include "api/problem.h"

#include "wire/json_writer.h"
#include "wire/time.h"

#include <fmt/format.h>

namespace settled::api {

namespace {

void write_problems(wire::JsonWriter& w, const std::vector<Problem>& problems) {
    w.key("errors").array();
    for (const Problem& problem : problems) {
        w.object().member("pointer", problem.pointer);
        w.member("code", info(problem.code).token).member("detail", problem.detail).end();
    }
    w.end();
}

wire::JsonWriter problem_head(const CodeInfo& code, std::string_view detail,
                              std::string_view request_id) {
    wire::JsonWriter w;
    w.object().member("type", fmt::format("urn:settled:problem:{}", code.token));
    w.member("title", code.title).member("status", code.http_status);
    w.member("detail", detail.empty() ? code.title : detail);
    w.member("code", code.token).member("request_id", request_id);
    return w;
}

} // namespace

net::Response problem(const Error& error, std::string_view request_id, int retry_after) {
    const CodeInfo& code = info(error.code);
    const bool ours = code.http_status == 500;
    const std::string_view detail = ours ? "the request_id finds the cause in the server's log"
                                         : std::string_view(error.detail);
    wire::JsonWriter w = problem_head(code, detail, request_id);
    if (error.place.line > 0)
        w.member("line", error.place.line).member("column", error.place.column);
    if (!ours && !error.problems.empty())
        write_problems(w, error.problems);
    w.end();

    net::Response response;
    response.status = code.http_status;
    response.content_type = problem_content_type;
    response.body = std::move(w).text();
    if (!error.challenge.empty())
        response.fields.add("WWW-Authenticate", error.challenge);
    else if (error.code == Code::credentials_missing)
        response.fields.add("WWW-Authenticate", "Bearer realm=\"settled\"");
    else if (error.code == Code::credentials_invalid)
        response.fields.add("WWW-Authenticate",
                            "Bearer realm=\"settled\", error=\"invalid_token\"");
    if (code.http_status == 429 || code.http_status == 503)
        response.fields.add("Retry-After", fmt::to_string(retry_after));
    return response;
}

net::Response purged_problem(Instant purged_at, std::string_view request_id) {
    const CodeInfo& code = info(Code::purged);
    const std::string at = wire::to_rfc3339(purged_at);
    wire::JsonWriter w = problem_head(code, "it was final, and was purged " + at, request_id);
    w.member("purged_at", at).end();
    net::Response response;
    response.status = code.http_status;
    response.content_type = problem_content_type;
    response.body = std::move(w).text();
    return response;
}

} // namespace settled::api
