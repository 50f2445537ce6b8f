#include "cli/client/api_session.h"

#include "cli/client/query.h"
#include "cli/command.h"

#include <fmt/format.h>

#include <charconv>

namespace settled::cli {

namespace {

// ?tenant= and its like, which the operator may say.
std::string as_operator(std::string target, const Operator& who) {
    const auto add = [&target](std::string_view name, const std::string& value) {
        target += target.contains('?') ? '&' : '?';
        target += fmt::format("{}={}", name, query_text(value));
    };
    add("tenant", who.tenant);
    if (!who.actor.empty())
        add("actor", who.actor);
    if (who.new_tenant)
        add("new_tenant", "true");
    return target;
}

} // namespace

std::int64_t Answered::integer(std::string_view path) const {
    const std::string text = at(path);
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

ApiSession::ApiSession(server::Config config, Operator who, Printer out)
    : api_(std::make_unique<LocalApi>(std::move(config))), who_(std::move(who)), out_(out) {}
ApiSession::ApiSession(RemoteServer server, Printer out)
    : api_(std::make_unique<RemoteApi>(std::move(server))), out_(out) {}
ApiSession::ApiSession(ApiSession&&) noexcept = default;
ApiSession::~ApiSession() = default;

Result<net::Response> ApiSession::call(const ApiCall& call) {
    if (const auto* const remote = std::get_if<std::unique_ptr<RemoteApi>>(&api_))
        return (*remote)->call(call);
    ApiCall local = call;
    local.target = as_operator(std::move(local.target), who_);
    return std::get<std::unique_ptr<LocalApi>>(api_)->call(local);
}

Result<Answered> ApiSession::ask(const ApiCall& call) {
    TRY(net::Response response, this->call(call));
    auto document = wire::JsonDocument::parse(response.body);
    if (response.status >= 200 && response.status < 300 && document)
        return Answered(std::move(response.body), *std::move(document));
    out_.problem(response);
    return fail(Code::value_invalid);
}

int ApiSession::report(const Error& error) const {
    const bool is_told = error.code == Code::value_invalid && error.detail.empty();
    return is_told ? exit_failed : out_.problem(error);
}

std::string ApiSession::name() const {
    if (const auto* const remote = std::get_if<std::unique_ptr<RemoteApi>>(&api_))
        return (*remote)->url();
    const server::Config& config = std::get<std::unique_ptr<LocalApi>>(api_)->config();
    return fmt::format("{} at {}", who_.tenant, place_of(config));
}

} // namespace settled::cli
