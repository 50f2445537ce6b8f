#include "cli/invocation.h"

#include "server/secrets_http.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace settled::cli {

namespace {

constexpr std::size_t list_default = 50;
// An item may have some 60 members; a document, 10,000 (limits::json_members_max).
constexpr std::size_t page_items = 100;

struct List {
    std::vector<Answered> pages; // what `items` are of
    std::vector<wire::Json> items;
    std::string next; // empty: that is all
};

Result<List> read_list(ApiSession& api, const std::string& target, std::size_t wanted) {
    List list;
    do {
        const std::size_t count = std::min(wanted - list.items.size(), page_items);
        std::string page =
            fmt::format("{}{}limit={}", target, target.contains('?') ? '&' : '?', count);
        if (!list.next.empty())
            page += "&after=" + list.next;
        TRY(Answered answer, api.ask({"GET", std::move(page), ""}));
        list.pages.push_back(std::move(answer));
        const auto data = list.pages.back().root().member("data");
        for (std::size_t i = 0; data && i < data->size(); ++i)
            list.items.push_back(data->at(i));
        list.next = list.pages.back().at("next");
    } while (!list.next.empty() && list.items.size() < wanted);
    return list;
}

std::string as_page(const List& list) {
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const wire::Json& item : list.items)
        w.raw(item.raw());
    w.end().key("next");
    if (list.next.empty())
        w.null();
    else
        w.value(list.next);
    w.end();
    return std::move(w).text();
}

} // namespace

std::optional<server::Config> Invocation::config() const {
    auto config = target_.local.load();
    if (config) {
        server::open_custody(*config);
        return *std::move(config);
    }
    const auto& problems = config.error();
    fmt::print(stderr, "settled: the configuration has {} problem{}\n{}", problems.size(),
               problems.size() == 1 ? "" : "s", server::to_text(problems));
    return std::nullopt;
}

std::optional<ApiSession> Invocation::api() {
    if (target_.remote)
        return ApiSession(*std::move(target_.remote), out_);
    auto config = this->config();
    if (!config)
        return std::nullopt;
    return ApiSession(*std::move(config),
                      {text("--tenant", "main"), text("--actor"), has("--new-tenant")}, out_);
}

int Invocation::usage(std::string_view message) const {
    print_usage_error({std::string(message), fmt::format("settled help {}", command_.name)});
    return exit_usage;
}

void print_usage_error(const UsageError& error) {
    std::fflush(stdout);
    fmt::print(stderr, "settled: {}\ntry: {}\n", error.message, error.help);
}

int show(Invocation& in, const ApiCall& call, std::string (*text)(const wire::Json&)) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto answer = api->call(call);
    if (!answer)
        return in.out().problem(answer.error());
    if (answer->status < 200 || answer->status >= 300)
        return in.out().problem(*answer);
    if (call.method != "GET")
        in.changed(api->name());
    const auto document = wire::JsonDocument::parse(answer->body.empty() ? "null" : answer->body);
    if (!document)
        return in.out().problem(Error{Code::reply_malformed, "the server's answer is no JSON"});
    if (!in.out().is_json())
        in.out().text(text(document->root()));
    else if (!answer->body.empty())
        in.out().json(answer->body);
    return exit_done;
}

int show_list(Invocation& in, const std::string& target,
              std::string (*text)(const std::vector<wire::Json>&)) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const std::size_t wanted = in.has("--all") ? std::numeric_limits<std::size_t>::max()
                                               : in.number("--limit", list_default);
    const auto list = read_list(*api, target, wanted);
    if (!list)
        return api->report(list.error());
    if (in.out().is_json()) {
        in.out().json(as_page(*list));
        return exit_done;
    }
    in.out().text(text(list->items));
    if (!list->next.empty())
        fmt::print(stderr, "there are more: --all shows them\n");
    return exit_done;
}

std::vector<Option> with_list_options(std::vector<Option> options) {
    options.push_back({.name = "--limit",
                       .value = "NUMBER",
                       .help = "how many, at most (default 50)",
                       .is_number = true,
                       .least = 1,
                       .most = 1'000'000});
    options.push_back({.name = "--all", .help = "all of them"});
    return options;
}

Option tenant_option(std::string_view whose) {
    return {.name = "--tenant", .value = "NAME", .help = whose, .on_the_machine = true};
}

} // namespace settled::cli
