#include "cli/doctor/site.h"

#include "cli/client/control_client.h"
#include "cli/shell_word.h"
#include "server/secrets_http.h"
#include "server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace settled::cli::doctor {

namespace {

constexpr std::int64_t wait_default = 30;
constexpr std::chrono::seconds readiness_wait{10};
constexpr std::size_t page_items = 100;

std::string absolute(const std::string& path) {
    std::error_code failed;
    const auto whole = std::filesystem::absolute(path, failed);
    return failed ? path : whole.lexically_normal().string();
}

Learnt<Answered> answered(Result<net::Response> response) {
    if (!response)
        return std::unexpected(reason_of(response.error()));
    auto document = wire::JsonDocument::parse(response->body);
    if (response->status < 200 || response->status >= 300 || !document)
        return std::unexpected(reason_of(*response));
    return Answered(std::move(response->body), *std::move(document));
}

} // namespace

std::string reason_of(const Error& error) {
    const CodeInfo& code = info(error.code);
    return error.detail.empty() ? std::string(code.title)
                                : fmt::format("{}: {}", code.title, error.detail);
}

std::string reason_of(const net::Response& refusal) {
    const auto document = wire::JsonDocument::parse(refusal.body);
    const std::string title = document ? text_at(document->root(), "title") : "";
    if (title.empty())
        return fmt::format("the server answered {}", refusal.status);
    const std::string detail = text_at(document->root(), "detail");
    return detail.empty() || detail == title ? title : title + ": " + detail;
}

Site::Site(Invocation& in, std::span<const Command> commands) : in_(in), commands_(commands) {
    if (in.is_remote())
        return;
    auto loaded = in.load_config();
    if (!loaded) {
        problems_ = std::move(loaded.error());
        return;
    }
    config_ = *std::move(loaded);
    server::open_custody(*config_);
}

std::chrono::seconds Site::wait_max() const {
    return std::chrono::seconds(in_.number("--wait", wait_default));
}

const server::Config* Site::config() const {
    return config_ ? &*config_ : nullptr;
}

std::string Site::data_directory() const {
    return config_ ? absolute(config_->data) : std::string();
}

const Result<server::OpenedStore>& Site::store() {
    if (!store_) {
        SystemRng rng;
        store_ = config_ ? server::open_store_for_reading(*config_, rng)
                         : fail(Code::config_invalid, "the settings are wrong");
    }
    return *store_;
}

// Of this machine, over the control socket alone: a store that is opened here is no server.
const Learnt<Answered>& Site::readiness() {
    if (readiness_)
        return *readiness_;
    const ApiCall question{"GET", "/readyz", ""};
    if (!is_remote() && !config_) {
        readiness_ = std::unexpected("the settings are wrong");
        return *readiness_;
    }
    auto response = is_remote() ? call(question)
                                : call_over_control_socket(server::control_socket_path(*config_),
                                                           question, readiness_wait);
    auto document = response ? wire::JsonDocument::parse(response->body)
                             : Result<wire::JsonDocument>(std::unexpected(response.error()));
    // A server that cannot commit answers 503, and says why.
    if (response && document && !text_at(document->root(), "status").empty())
        readiness_ = Answered(std::move(response->body), *std::move(document));
    else if (!response && response.error().code == Code::connect_failed && !is_remote())
        readiness_ = std::unexpected("no server runs on " + data_directory());
    else
        readiness_ = answered(std::move(response));
    return *readiness_;
}

Result<net::Response> Site::call(const ApiCall& call) {
    if (!api_)
        if (auto api = in_.api())
            api_.emplace(*std::move(api));
    if (!api_)
        return fail(Code::config_invalid, "the settings are wrong");
    return api_->call(call);
}

Learnt<Answered> Site::ask(std::string method, std::string target) {
    if (!is_remote() && !config_)
        return std::unexpected("the settings are wrong");
    return answered(call({std::move(method), std::move(target), ""}));
}

Learnt<std::vector<wire::JsonDocument>> Site::list(const std::string& target, std::size_t most) {
    std::vector<wire::JsonDocument> items;
    std::string next;
    do {
        std::string page =
            fmt::format("{}{}limit={}", target, target.contains('?') ? '&' : '?', page_items);
        if (!next.empty())
            page += "&after=" + next;
        auto answer = ask("GET", page);
        if (!answer)
            return std::unexpected(answer.error());
        const auto data = answer->root().member("data");
        for (std::size_t i = 0; data && i < data->size() && items.size() < most; ++i)
            items.push_back(*wire::JsonDocument::parse(data->at(i).raw()));
        next = answer->at("next");
    } while (!next.empty() && items.size() < most);
    return items;
}

const Learnt<std::vector<wire::JsonDocument>>& Site::connectors() {
    constexpr std::size_t most = 1000;
    if (!connectors_)
        connectors_ = list("/v1/connectors", most);
    return *connectors_;
}

const BankTrial& Site::trial_of(const wire::Json& connector) {
    const std::string name = text_at(connector, "name");
    const auto known = trials_.find(name);
    return known != trials_.end() ? known->second
                                  : trials_.emplace(name, try_bank(*this, connector)).first->second;
}

// As it was given, in a form that works in any directory.
std::string Site::where() const {
    std::string words;
    if (in_.has("--url"))
        return " --url " + shell_word(in_.text("--url"));
    if (is_remote())
        return {}; // SETTLED_URL says it
    if (in_.has("--config"))
        words += " --config " + shell_word(absolute(in_.text("--config")));
    if (config_)
        words += " --data " + shell_word(data_directory());
    return words;
}

std::optional<std::string> Site::command(std::string_view name, std::string_view words) const {
    const auto found = std::ranges::find(commands_, name, &Command::name);
    if (found == commands_.end() || (is_remote() && found->place == Place::machine))
        return std::nullopt;
    std::string line = fmt::format("settled {}", name);
    if (!words.empty())
        line += fmt::format(" {}", words);
    line += where();
    const bool has_tenant = std::ranges::any_of(
        found->options, [](const Option& option) { return option.name == "--tenant"; });
    if (has_tenant && in_.has("--tenant"))
        line += " --tenant " + shell_word(in_.text("--tenant"));
    return line;
}

std::string Site::shell(std::string_view command, const std::string& path) {
    return fmt::format("{} {}", command, shell_word(path));
}

} // namespace settled::cli::doctor
