#include "sandbox/control/control.h"
#include "sandbox/control/show.h"

#include "crypto/webhook_signature.h"
#include "sandbox/base/input.h"
#include "sandbox/sandbox.h"
#include "wire/json_writer.h"

#include <array>
#include <utility>

namespace settled::sandbox {

namespace {

using Answer = Result<net::Response>;

struct ModeOrder {
    std::string path;
    bool down = false;
    Mode mode;
};

Result<ModeOrder> read_mode(const std::string& body) {
    constexpr std::array<std::pair<std::string_view, Manners>, 9> words{
        {{"ok", Manners::ok},
         {"slow", Manners::slow},
         {"status", Manners::status},
         {"garbage", Manners::garbage},
         {"huge", Manners::huge},
         {"redirect", Manners::redirect},
         {"half", Manners::half},
         {"hang", Manners::hang},
         {"nonce", Manners::nonce}}};
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only(
        {"mode", "path", "delay_ms", "status", "retry_after", "location", "body", "count"}));
    ModeOrder order;
    TRY(const std::string word, input.text("mode"));
    order.down = word == "down";
    const auto* const known =
        std::ranges::find(words, word, [](const auto& entry) { return entry.first; });
    if (!order.down && known == words.end())
        return fail(Code::value_invalid,
                    "mode must be ok, slow, down, status, garbage, huge, redirect, half, hang or "
                    "nonce");
    if (!order.down)
        order.mode.manners = known->second;
    TRY(order.path, input.text_or("path", "*"));
    const std::int64_t usual_delay = order.mode.manners == Manners::slow ? 1000 : 0;
    TRY(const std::int64_t delay, input.integer_or("delay_ms", usual_delay, 0, 600'000));
    order.mode.delay = std::chrono::milliseconds(delay);
    TRY(const std::int64_t status, input.integer_or("status", 500, 200, 599));
    order.mode.status = static_cast<int>(status);
    TRY(order.mode.retry_after, input.text_or("retry_after", ""));
    TRY(order.mode.location, input.text_or("location", "http://127.0.0.1:9/elsewhere"));
    TRY(order.mode.body, input.text_or("body", ""));
    TRY(const std::int64_t count, input.integer_or("count", 0, 0, 1'000'000'000));
    order.mode.count = static_cast<std::size_t>(count);
    return order;
}

Task<Answer> set_mode(Sandbox& sandbox, const std::string& body) {
    CO_TRY(ModeOrder order, read_mode(body));
    if (!order.down)
        sandbox.partner().set_mode(order.path, std::move(order.mode));
    CO_TRY_VOID(co_await sandbox.partner().set_down(order.down));
    co_return empty_answer(204);
}

Answer set_credentials(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"path", "secret", "user", "password"}));
    Credentials credentials;
    TRY(const std::string path, input.text_or("path", "*"));
    if (input.member("secret")) {
        TRY(const std::string secret, input.text("secret"));
        TRY(credentials.webhook_key, crypto::parse_webhook_secret(secret));
    } else {
        TRY(credentials.user, input.text("user"));
        TRY(std::string password, input.text("password"));
        credentials.password = Secret(std::move(password));
    }
    sandbox.partner().set_credentials(path, std::move(credentials));
    return empty_answer(204);
}

Answer set_consent(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"path", "origin", "rate"}));
    TRY(const std::string path, input.text_or("path", "*"));
    ConsentRule rule;
    TRY(rule.origin, input.text_or("origin", ""));
    TRY(rule.rate, input.text_or("rate", "*"));
    sandbox.partner().set_consent(path, std::move(rule));
    return empty_answer(204);
}

Answer nonce_key(Sandbox& sandbox) {
    TRY(const std::string pem, sandbox.partner().nonce_key());
    wire::JsonWriter w;
    w.object().member("public_key", pem).end();
    return json_answer(200, std::move(w).text());
}

Answer records(Sandbox& sandbox, const net::Request& request) {
    if (request.method == "GET")
        return json_answer(200, show_records(sandbox.partner().records(), page_of(request),
                                             request.parameter("path").value_or("")));
    if (request.method != "DELETE")
        return fail(Code::method_not_allowed);
    sandbox.partner().records().clear();
    return empty_answer(204);
}

} // namespace

Task<net::Response> control_partner(Sandbox& sandbox, const net::Request& request, Path path) {
    Answer answer = fail(Code::route_unknown);
    if (path == Path{"mode"} && request.method == "PUT")
        answer = co_await set_mode(sandbox, request.body);
    else if (path == Path{"credentials"} && request.method == "PUT")
        answer = set_credentials(sandbox, request.body);
    else if (path == Path{"consent"} && request.method == "PUT")
        answer = set_consent(sandbox, request.body);
    else if (path == Path{"nonce-key"} && request.method == "GET")
        answer = nonce_key(sandbox);
    else if (path == Path{"records"})
        answer = records(sandbox, request);
    else if (path == Path{"summary"} && request.method == "GET")
        answer = json_answer(
            200, show_partner_summary(sandbox.partner().records(), sandbox.partner().is_down()));
    co_return answer ? *std::move(answer) : problem(answer.error());
}

} // namespace settled::sandbox
