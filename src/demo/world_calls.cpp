#include "custody/custody.h"
#include "demo/json_path.h"
#include "demo/metric_line.h"
#include "demo/world.h"
#include "wire/base64.h"

#include <fmt/format.h>

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

constexpr auto call_wait_max = 10s;
constexpr std::size_t reply_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t pages_max = 100;

wire::JsonDocument no_json() {
    return *wire::JsonDocument::parse("{}");
}

} // namespace

std::string Answer::text(std::string_view path) const {
    return text_at(json.root(), path);
}

std::int64_t Answer::number(std::string_view path) const {
    return number_at(json.root(), path);
}

std::string Answer::shown() const {
    return status == 0 ? problem : fmt::format("{} {}", status, text("code"));
}

Task<Result<net::Reply>> World::send(std::string method, std::string url, net::Fields fields,
                                     std::string body) {
    CO_TRY(net::Url parsed, net::Url::parse(url));
    net::OutboundRequest request;
    request.method = std::move(method);
    request.url = std::move(parsed);
    request.fields = std::move(fields);
    if (!body.empty())
        request.fields.add("Content-Type", "application/json");
    request.body = std::move(body);
    request.deadline = call_wait_max;
    request.reply_bytes_max = reply_bytes_max;
    request.safe_to_repeat = true; // those that change something have a key against repetition
    co_return co_await client_->send(std::move(request));
}

Task<Answer> World::call(std::string method, std::string url, net::Fields fields,
                         std::string body) {
    Answer answer{0, no_json(), {}};
    const Result<net::Reply> reply =
        co_await send(std::move(method), std::move(url), std::move(fields), std::move(body));
    if (!reply) {
        answer.problem = info(reply.error().code).token;
        co_return answer;
    }
    answer.status = reply->status;
    if (auto json = wire::JsonDocument::parse(reply->body))
        answer.json = *std::move(json);
    co_return answer;
}

Task<Answer> World::ask(std::string method, std::string target, std::string body) {
    co_return co_await ask_node(nodes_.next(), std::move(method), std::move(target),
                                std::move(body));
}

Task<Answer> World::ask_node(std::size_t node, std::string method, std::string target,
                             std::string body, std::string key) {
    net::Fields fields;
    // Into the one header that it is for.
    fields.add("Authorization", "Bearer " + std::string(api_key_.reveal()));
    if (method == "POST")
        fields.add("Idempotency-Key", key.empty() ? fmt::format("demo-{}", ++requests_) : key);
    co_return co_await call(std::move(method), nodes_.at(node).url() + target, std::move(fields),
                            std::move(body));
}

Task<bool> World::is_ready(std::size_t node) {
    const Answer answer = co_await call("GET", nodes_.at(node).url() + "/readyz", {}, {});
    co_return answer.status == 200;
}

Task<std::int64_t> World::metric(std::size_t node, std::string name) {
    const Result<net::Reply> reply =
        co_await send("GET", nodes_.at(node).url() + "/metrics", {}, {});
    co_return reply ? metric_in(reply->body, name) : 0;
}

Task<Answer> World::ask_sandbox(std::string method, std::string target, std::string body) {
    const std::string root = fmt::format("http://127.0.0.1:{}", sandbox_->ports().control);
    co_return co_await call(std::move(method), root + target, {}, std::move(body));
}

Task<Answer> World::ask_bank(std::string method, std::string target, std::string body) {
    Answer failed{0, no_json(), "the institution's key or token cannot be read"};
    const sandbox::KeyFiles& files = sandbox_->key_files();
    const auto signer = custody::open_signer("file:" + files.institution_private_key);
    const auto token = custody::read_secret("file:" + files.api_token);
    if (!signer || !token)
        co_return failed;
    const auto signature = (*signer)->sign(body);
    if (!signature)
        co_return failed;
    net::Fields fields;
    fields.add("Authorization", "Bearer " + std::string(token->reveal()));
    fields.add("X-Request-Id", fmt::format("demo-{}", ++requests_));
    fields.add("DigitalSignature", wire::to_base64(*signature));
    const std::string root = fmt::format("http://127.0.0.1:{}", sandbox_->ports().bank);
    co_return co_await call(std::move(method), root + target, std::move(fields), std::move(body));
}

Task<std::vector<wire::JsonDocument>> World::ask_all(std::string target) {
    std::vector<wire::JsonDocument> items;
    const std::string separator = target.contains('?') ? "&" : "?";
    std::string after;
    for (std::size_t page = 0; page < pages_max; ++page) {
        const Answer answer =
            co_await ask("GET", fmt::format("{}{}limit=500{}", target, separator, after));
        const auto data = value_at(answer.json.root(), "data");
        for (std::size_t i = 0; data && i < data->size(); ++i)
            items.push_back(*wire::JsonDocument::parse(data->at(i).raw()));
        const auto next = value_at(answer.json.root(), "next");
        if (!next || !next->is_string())
            break;
        after = "&after=" + std::string(*next->string());
    }
    co_return items;
}

} // namespace settled::demo
