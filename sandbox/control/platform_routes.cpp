#include "sandbox/bounds.h"
#include "sandbox/control/control.h"
#include "sandbox/control/paging.h"
#include "sandbox/control/rules_and_faults.h"
#include "sandbox/sandbox.h"
#include "wire/json_writer.h"

namespace settled::sandbox {

namespace {

using Answer = Result<net::Response>;
using wire::JsonWriter;

// As the platform's documentation shows it; members in its order.
std::string message_of(std::string_view id, std::string_view content, std::string_view type,
                       std::string_view partner_code, std::string_view description,
                       std::string_view event_time) {
    JsonWriter w;
    w.object().member("id", id).member("content", content).member("notificationType", type);
    w.member("partnerCode", partner_code).member("eventDescription", description);
    w.member("eventTime", event_time).end();
    return std::move(w).text();
}

// The slip of the platform's own sample: no comma after the first member.
std::string without_first_comma(std::string text) {
    const std::size_t comma = text.find(',');
    text.replace(comma, 1, "\n");
    return text;
}

Answer notify(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"id", "type", "event_time", "partner_code", "description", "content",
                         "content_url", "tls", "copies", "slip", "body"}));
    Platform& platform = sandbox.platform();
    TRY(const std::string id, input.text_or("id", "A056035"));
    TRY(const bool over_tls, input.flag_or("tls", false));
    TRY(const std::string url, input.text_or("content_url", platform.url_of(id, over_tls)));
    TRY(const std::string type, input.text_or("type", "batchApplicationStatusChange"));
    TRY(const std::string partner_code, input.text_or("partner_code", "XXXXXXXX"));
    TRY(const std::string description, input.text_or("description", ""));
    TRY(const std::string event_time, input.text_or("event_time", "2017-01-01T00:00:00"));
    TRY(const bool slip, input.flag_or("slip", false));
    TRY(const std::int64_t copies, input.integer_or("copies", 1, 1, 100));
    std::string message = message_of(id, url, type, partner_code, description, event_time);
    if (slip)
        message = without_first_comma(std::move(message));
    TRY(message, input.text_or("body", message));
    if (const auto content = input.member("content"))
        platform.content().put(id, std::string(content->raw()));
    TRY(const std::int64_t number,
        platform.notifier().notify(std::move(message), static_cast<int>(copies)));
    JsonWriter w;
    w.object().member("number", number).member("content_url", url).end();
    return json_answer(201, std::move(w).text());
}

Answer set_content(Sandbox& sandbox, const net::Request& request, const std::string& id) {
    if (request.method == "DELETE") {
        sandbox.platform().content().put(id, {});
        return empty_answer(204);
    }
    if (request.method != "PUT")
        return fail(Code::method_not_allowed);
    sandbox.platform().content().put(id, request.body); // as it is, also where it is no JSON
    return empty_answer(204);
}

Answer set_target(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"url", "username", "password"}));
    TRY(const std::string text, input.text("url"));
    TRY(net::Url url, net::Url::parse(text));
    TRY(std::string username, input.text_or("username", "platform"));
    Secret password = sandbox.platform_password();
    if (input.member("password")) {
        TRY(std::string given, input.text("password"));
        password = Secret(std::move(given));
    }
    sandbox.platform().notifier().set_target(std::move(url), std::move(username),
                                             std::move(password));
    return empty_answer(204);
}

Answer set_timing(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only(
        {"interval_ms", "retry_ms", "retry_max_ms", "answer_within_ms", "token_life_ms"}));
    constexpr std::int64_t most = std::int64_t{24} * 3600 * 1000;
    PlatformTiming timing = sandbox.platform().notifier().timing();
    const auto read = [&](std::string_view name, std::chrono::milliseconds& into) -> Result<> {
        TRY(const std::int64_t wait, input.integer_or(name, into.count(), 0, most));
        into = std::chrono::milliseconds(wait);
        return {};
    };
    TRY_VOID(read("interval_ms", timing.interval));
    TRY_VOID(read("retry_ms", timing.retry));
    TRY_VOID(read("retry_max_ms", timing.retry_max));
    TRY_VOID(read("answer_within_ms", timing.answer_within));
    sandbox.platform().notifier().set_timing(timing);
    if (input.member("token_life_ms")) {
        std::chrono::milliseconds life{0};
        TRY_VOID(read("token_life_ms", life));
        sandbox.platform().content().set_token_life(life);
    }
    return empty_answer(204);
}

Answer lose(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"count"}));
    TRY(const std::int64_t count, input.integer_or("count", 1, 0, 1'000'000));
    sandbox.platform().notifier().lose_acknowledgements(static_cast<int>(count));
    return empty_answer(204);
}

Answer faults(Sandbox& sandbox, const net::Request& request) {
    PlatformContent& content = sandbox.platform().content();
    if (request.method == "DELETE") {
        content.end_faults();
        return empty_answer(204);
    }
    if (request.method != "POST")
        return fail(Code::method_not_allowed);
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(request.body));
    TRY(ApiFault fault, read_api_fault(Input(document.root())));
    if (content.faults().all().size() >= bounds::api_faults_max)
        return fail(Code::limit_reached, "too many faults are ordered");
    content.faults().add(std::move(fault));
    return empty_answer(204);
}

// What was sent and taken, and who asked for what: the truth that a test compares with.
std::string show_ledger(Platform& platform) {
    JsonWriter w;
    w.object().key("notifications").array();
    for (const PlatformMessage& each : platform.notifier().messages()) {
        w.object().member("number", each.number).member("body", each.body);
        w.member("sent", each.sent).member("last_status", each.last_status);
        w.member("acknowledged", each.acknowledged).end();
    }
    w.end().key("requests").array();
    for (const ContentRequest& each : platform.content().requests()) {
        w.object().member("number", each.number).member("method", each.method);
        w.member("target", each.target).member("has_token", each.has_token);
        w.member("status", each.status).end();
    }
    w.end().member("tokens_given", platform.content().tokens_given()).end();
    return std::move(w).text();
}

Answer repeat(Sandbox& sandbox, const std::string& number) {
    const auto which = number_in(number);
    if (!which)
        return fail(Code::not_found);
    TRY_VOID(sandbox.platform().notifier().repeat(*which));
    return empty_answer(204);
}

} // namespace

Task<net::Response> control_platform(Sandbox& sandbox, const net::Request& request, Path path) {
    const bool put = request.method == "PUT", post = request.method == "POST";
    Answer answer = fail(Code::route_unknown);
    if (path == Path{"notifications"} && post)
        answer = notify(sandbox, request.body);
    else if (path.size() == 3 && path[0] == "notifications" && path[2] == "repeat" && post)
        answer = repeat(sandbox, path[1]);
    else if (path.size() == 2 && path[0] == "content")
        answer = set_content(sandbox, request, path[1]);
    else if (path == Path{"target"} && put)
        answer = set_target(sandbox, request.body);
    else if (path == Path{"timing"} && put)
        answer = set_timing(sandbox, request.body);
    else if (path == Path{"lost-acknowledgements"} && put)
        answer = lose(sandbox, request.body);
    else if (path == Path{"faults"})
        answer = faults(sandbox, request);
    else if (path == Path{"revoke-tokens"} && post) {
        sandbox.platform().content().revoke_tokens();
        answer = empty_answer(204);
    } else if (path == Path{"ledger"} && request.method == "GET")
        answer = json_answer(200, show_ledger(sandbox.platform()));
    co_return answer ? *std::move(answer) : problem(answer.error());
}

} // namespace settled::sandbox
