#include "cli/trigger/scene.h"

#include "base/rng.h"

#include <fmt/format.h>

#include <thread>

namespace settled::cli {

namespace {

// Whether it is that address, or below it; none is below no address.
bool is_at(std::string_view text, std::string_view url) {
    if (url.empty() || !text.starts_with(url))
        return false;
    return text.size() == url.size() || text[url.size()] == '/';
}

// Eight letters and digits: with a few runs an hour none comes twice in a lifetime.
std::string new_mark() {
    constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    constexpr std::size_t length = 8;
    SystemRng rng;
    std::string mark;
    for (std::size_t i = 0; i < length; ++i)
        mark += letters[rng.below(letters.size())];
    return mark;
}

} // namespace

Scene::Scene(Deps deps, TriggerWishes wishes, Answered state)
    : deps_(std::move(deps)), wishes_(std::move(wishes)), state_(std::move(state)),
      mark_(new_mark()) {}

Result<Scene> Scene::begin(Deps deps, TriggerWishes wishes) {
    TRY(Answered state, deps.sandbox.ask({"GET", "/state", ""}));
    if (state.at("urls.control").empty() || state.at("real_account_iban").empty())
        return fail(Code::value_invalid,
                    fmt::format("{} is no sandbox: nothing was done", deps.sandbox.name()));
    return Scene(std::move(deps), std::move(wishes), std::move(state));
}

Result<Answered> Scene::ask_sandbox(std::string method, std::string target, std::string body) {
    TRY(const net::Response answer,
        deps_.sandbox.call({std::move(method), target, std::move(body)}));
    auto document = wire::JsonDocument::parse(answer.body.empty() ? "{}" : answer.body);
    if (answer.status >= 200 && answer.status < 300 && document)
        return Answered(answer.body, *std::move(document));
    const std::string detail = document ? text_at(document->root(), "detail") : "";
    return fail(Code::state_conflict,
                fmt::format("the sandbox answers {} to {}: {}", answer.status, target, detail));
}

Result<Answered> Scene::ask_server(std::string method, std::string target, std::string body) {
    return deps_.server.ask({std::move(method), std::move(target), std::move(body)});
}

Result<std::string> Scene::come(std::string_view type, std::string_view about) {
    TRY(std::optional<WatchedEvent> event, deps_.watch.await(type, about, deps_.until));
    if (!event) {
        expected_.push_back({std::string(type), std::string(about)});
        return fail(Code::peer_timeout, fmt::format("{} about {} did not come", type, about));
    }
    events_.push_back(*event);
    return std::move(event->body);
}

void Scene::expect(std::string_view type, std::string about) {
    expected_.push_back({std::string(type), std::move(about)});
}

void Scene::fact(std::string_view name, std::string value) {
    facts_.emplace_back(name, std::move(value));
}

void Scene::pause(std::chrono::milliseconds time) const {
    std::this_thread::sleep_for(time);
}

Result<std::string> Scene::account() {
    // Newest first: the one that was registered by hand comes after those of loans.
    TRY(const Answered page, ask_server("GET", "/v1/accounts?limit=100"));
    std::string iban;
    const auto data = page.root().member("data");
    for (std::size_t i = 0; data && i < data->size(); ++i)
        if (std::string one = text_at(data->at(i), "iban"); one.contains("CLRB"))
            iban = std::move(one);
    if (iban.empty())
        return fail(Code::account_unknown,
                    "the server knows no account at the sandbox's bank: register one with POST "
                    "/v1/accounts, or use `settled dev`, which has one");
    return iban;
}

Result<std::string> Scene::connector(std::string_view member, std::string_view url) {
    TRY(const Answered page, ask_server("GET", "/v1/connectors?limit=100"));
    const auto data = page.root().member("data");
    for (std::size_t i = 0; data && i < data->size(); ++i)
        if (is_at(text_at(data->at(i), member), url))
            return text_at(data->at(i), "name");
    return fail(Code::connector_unknown,
                fmt::format("no connector of the server calls this sandbox ({} {})", member, url));
}

Result<bool> Scene::wait_for_expected() {
    if (!deps_.waits)
        return true;
    std::vector<Expected> missing;
    for (Expected& expected : expected_) {
        TRY(std::optional<WatchedEvent> event,
            deps_.watch.await(expected.type, expected.about, deps_.until));
        if (event)
            events_.push_back(*std::move(event));
        else
            missing.push_back(std::move(expected));
    }
    expected_ = std::move(missing);
    return expected_.empty();
}

} // namespace settled::cli
