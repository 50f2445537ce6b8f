// `settled catch-up`: a bank is asked for everything that it has booked since a time.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/catch_up.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace settled::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 500ms;

// The banks that can be asked: those that were named, or all that have an API.
Result<std::vector<std::string>> banks(Invocation& in, ApiSession& api) {
    std::vector<std::string> names = in.all("--connector");
    if (!names.empty())
        return names;
    TRY(const Answered list, api.ask({"GET", "/v1/connectors?limit=200", ""}));
    const auto data = list.root().member("data");
    for (std::size_t i = 0; data && i < data->size(); ++i) {
        const wire::Json one = data->at(i);
        if (text_at(one, "kind") == "clearbank" && !text_at(one, "api_url").empty())
            names.push_back(text_at(one, "name"));
    }
    if (names.empty())
        return fail(Code::connector_receives_only, "no connector has an API that can be asked");
    return names;
}

std::string wish(const Invocation& in, std::string_view connector) {
    wire::JsonWriter w;
    w.object().member("connector", connector);
    if (in.has("--since"))
        w.member("since", in.text("--since"));
    w.member("dry_run", in.has("--dry-run")).end();
    return std::move(w).text();
}

// Follows it until it is done, a line whenever it has come further.
Result<Answered> follow(ApiSession& api, const std::string& id) {
    std::string shown;
    for (;;) {
        TRY(Answered now, api.ask({"GET", "/v1/catch-ups/" + query_text(id), ""}));
        if (now.at("status") != "running")
            return now;
        if (std::string line = catch_up_progress(now.root()); line != shown) {
            fmt::print(stderr, "{}\n", line);
            shown = std::move(line);
        }
        std::this_thread::sleep_for(look_every);
    }
}

int run_catch_up(Invocation& in) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto names = banks(in, *api);
    if (!names)
        return api->report(names.error());
    for (const std::string& name : *names) {
        auto begun = api->ask({"POST", "/v1/catch-ups", wish(in, name)});
        if (!begun)
            return api->report(begun.error());
        in.changed(api->name());
        Result<Answered> ended =
            in.has("--no-wait") ? std::move(begun) : follow(*api, begun->at("id"));
        if (!ended)
            return api->report(ended.error());
        if (in.out().is_json())
            in.out().json(ended->body());
        else
            in.out().text(catch_up_report(ended->root()));
    }
    return exit_done;
}

int run_list(Invocation& in) {
    return show_list(in, "/v1/catch-ups", catch_up_table);
}

} // namespace

std::vector<Command> catch_up_commands() {
    const Option tenant = tenant_option("whose banks (default main)");
    return {
        {.name = "catch-up",
         .sentence = "ask the bank for everything since a time, and add what is missing here",
         .place = Place::server,
         .output = Output::both,
         .options = {{.name = "--connector",
                      .value = "NAME",
                      .help = "this bank (default: each that has an API)",
                      .many = true},
                     {.name = "--since",
                      .value = "TIME",
                      .help = "such as 2026-11-22T00:00:00Z (default: three days before the bank "
                              "sent something last)"},
                     {.name = "--dry-run", .help = "only count what is missing"},
                     {.name = "--no-wait", .help = "do not follow it until it is done"},
                     tenant},
         .notes = "A server carries it out. Each transaction is added once, however often it is "
                  "asked for.",
         .run = run_catch_up},
        {.name = "catch-ups", .sentence = "see what banks were asked for"},
        {.name = "catch-ups list",
         .sentence = "list catch-ups",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({tenant}),
         .run = run_list},
    };
}

} // namespace settled::cli
