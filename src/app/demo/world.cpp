#include "app/demo/world.h"

#include "app/demo/installation_files.h"
#include "app/demo/json_path.h"
#include "app/demo/ports.h"
#include "crypto/custody.h"
#include "wire/base64.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace settled::app::demo {

namespace {

using namespace std::chrono_literals;

// How often a condition is looked at again. The latencies in the story come from the records of
// bank and partner, not from here.
constexpr auto look_interval = 2ms;
constexpr auto start_wait_max = 20s;
constexpr auto stop_wait_max = 15s;
constexpr auto call_wait_max = 10s;
constexpr std::size_t reply_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t pages_max = 100;

// The bank's 5 s, 15 minutes and 24 hours, shortened.
constexpr sandbox::SenderTiming bank_timing{
    .answer_within = 1s, .retry_every = 300ms, .retry_for = 90s};

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

Money pounds(std::int64_t pence) {
    return {pence, *Currency::parse("GBP")};
}

Result<std::unique_ptr<World>> World::make(boost::asio::io_context& io,
                                           const std::string& directory, std::uint16_t port) {
    SystemRng rng;
    ServerPlace place{directory + "/data", directory + "/settled.toml", directory + "/server.log",
                      port};
    if (port == 0) {
        TRY(place.port, free_port(rng));
    }
    std::unique_ptr<World> world(new World(io, directory, place));

    sandbox::SandboxOptions options;
    options.directory = directory + "/sandbox";
    options.timing = bank_timing;
    TRY(options.partner_port, free_port(rng));
    TRY(options.partner_tls_port, free_port(rng));
    TRY(world->sandbox_, sandbox::Sandbox::start(io, std::move(options)));
    TRY(world->api_key_, prepare_installation(place, world->sandbox_->key_files()));

    net::Client::Options client;
    client.egress = {false, {"127.0.0.0/8", "::1/128"}};
    TRY(world->client_, net::Client::make(io, std::move(client)));
    TRY_VOID(world->sandbox_->aim(
        {world->server_.url() + "/hooks/clearbank", world->server_.url(), world->api_key_.copy()}));
    return world;
}

Task<Result<std::int64_t>> World::start_server() {
    const Instant started = clock_.now();
    CO_TRY_VOID(server_.start());
    const auto last = clock_.steady() + start_wait_max;
    while (clock_.steady() < last) {
        const Answer answer = co_await call("GET", server_.url() + "/readyz", {}, {});
        if (answer.status == 200)
            co_return (clock_.now() - started).count();
        if (!server_.is_running())
            co_return fail(Code::internal, "the server ended: " + server_.last_words());
        co_await pause(look_interval);
    }
    co_return fail(Code::peer_timeout, "the server is not ready");
}

Task<> World::stop_server() {
    server_.request_stop();
    co_await until([this] { return !server_.is_running(); }, stop_wait_max);
    server_.kill_now();
}

Task<Answer> World::call(std::string method, std::string url, net::Fields fields,
                         std::string body) {
    Answer answer{0, no_json(), {}};
    const auto parsed = net::Url::parse(url);
    if (!parsed) {
        answer.problem = "no such address: " + url;
        co_return answer;
    }
    net::OutboundRequest request;
    request.method = std::move(method);
    request.url = *parsed;
    request.fields = std::move(fields);
    if (!body.empty())
        request.fields.add("Content-Type", "application/json");
    request.body = std::move(body);
    request.deadline = call_wait_max;
    request.reply_bytes_max = reply_bytes_max;
    request.safe_to_repeat = true; // those that change something have a key against repetition
    const Result<net::Reply> reply = co_await client_->send(std::move(request));
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
    net::Fields fields;
    // Into the one header that it is for.
    fields.add("Authorization", "Bearer " + std::string(api_key_.reveal()));
    if (method == "POST")
        fields.add("Idempotency-Key", fmt::format("demo-{}", ++requests_));
    co_return co_await call(std::move(method), server_.url() + target, std::move(fields),
                            std::move(body));
}

Task<Answer> World::ask_sandbox(std::string method, std::string target, std::string body) {
    const std::string root = fmt::format("http://127.0.0.1:{}", sandbox_->ports().control);
    co_return co_await call(std::move(method), root + target, {}, std::move(body));
}

Task<Answer> World::ask_bank(std::string method, std::string target, std::string body) {
    Answer failed{0, no_json(), "the institution's key or token cannot be read"};
    const sandbox::KeyFiles& files = sandbox_->key_files();
    const auto signer = crypto::open_signer("file:" + files.institution_private_key);
    const auto token = crypto::read_secret("file:" + files.api_token);
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

Task<> World::pause(std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(io_, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

Task<bool> World::until(std::function<bool()> holds, std::chrono::milliseconds longest) {
    const auto last = clock_.steady() + longest;
    while (!holds()) {
        if (clock_.steady() > last)
            co_return false;
        co_await pause(look_interval);
    }
    co_return true;
}

Result<Sent> World::settle(sandbox::SettledPayment payment, std::size_t duplicates,
                           sandbox::Tamper tamper) {
    payment.account_iban = iban;
    payment.account_owner = owner;
    sandbox::Payload payload = sandbox::transaction_settled(payment, clock_.now(), sandbox_->rng());
    Sent sent{{}, payload.label};
    const int attempts_max = tamper == sandbox::Tamper::none ? 0 : 1;
    TRY(sent.ids,
        sandbox_->sender().submit(std::move(payload), {duplicates, tamper, attempts_max}));
    return sent;
}

const sandbox::WebhookRecord& World::webhook(std::int64_t id) const {
    static const sandbox::WebhookRecord none;
    const sandbox::WebhookRecord* const found = sandbox_->sender().find(id);
    return found == nullptr ? none : *found;
}

bool World::acknowledged(std::int64_t webhook_id) const {
    return webhook(webhook_id).state == sandbox::WebhookState::acknowledged;
}

const ToldBook& World::told() {
    told_.read(sandbox_->partner().records());
    return told_;
}

} // namespace settled::app::demo
