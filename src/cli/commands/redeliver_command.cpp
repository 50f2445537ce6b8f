// `settled redeliver`: one delivery again, or what an endpoint did not get.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/consent.h"
#include "cli/invocation.h"
#include "cli/reports/endpoint_report.h"
#include "domain/event.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <thread>

namespace settled::cli {

namespace {

constexpr auto look_interval = std::chrono::milliseconds(500);

std::string wanted_of(const Invocation& in) {
    wire::JsonWriter w;
    w.object();
    for (const std::string_view name : {"since", "until"})
        if (const std::string given = in.text(fmt::format("--{}", name)); !given.empty())
            w.member(name, given);
    for (const auto& [member, option] :
         {std::pair{"status", "--status"}, std::pair{"events", "--event"}}) {
        if (!in.has(option))
            continue;
        w.key(member).array();
        for (const std::string& value : in.all(option))
            w.value(value);
        w.end();
    }
    if (in.has("--dry-run"))
        w.member("dry_run", true);
    w.end();
    return std::move(w).text();
}

void print_progress(const Invocation& in, const Answered& answer) {
    if (!in.out().is_json())
        fmt::print(stderr, "\r{} looked at, {} on their way", answer.at("total"),
                   answer.at("queued"));
}

void print_end(const Invocation& in, const Answered& answer) {
    if (in.out().is_json()) {
        fmt::print("{}\n", answer.root().raw());
        return;
    }
    fmt::print(stderr, "\n");
    if (in.has("--dry-run"))
        fmt::print("{} deliveries would be made again\n", answer.at("total"));
    else
        fmt::print("{} of {} deliveries are on their way again\n", answer.at("queued"),
                   answer.at("total"));
}

int run_bulk(Invocation& in) {
    const std::string question =
        fmt::format("deliver again to {} what it did not get?", in.text("--endpoint"));
    if (const auto refused =
            refusal_of(in, {question, "nothing is delivered again",
                            "many deliveries may be made again: add --yes, or count them with "
                            "--dry-run"}))
        return *refused;
    auto api = in.api();
    if (!api)
        return exit_usage;
    const std::string endpoint = query_text(in.text("--endpoint"));
    auto answer =
        api->ask({"POST", fmt::format("/v1/endpoints/{}/recover", endpoint), wanted_of(in)});
    if (!answer)
        return api->report(answer.error());
    if (!in.has("--dry-run"))
        in.changed(api->name());
    const std::string target = "/v1/redeliveries/" + answer->at("id");
    while (answer->at("status") == "running") {
        print_progress(in, *answer);
        std::this_thread::sleep_for(look_interval);
        answer = api->ask({"GET", target, ""});
        if (!answer)
            return api->report(answer.error());
    }
    print_end(in, *answer);
    return exit_done;
}

int run_redeliver(Invocation& in) {
    const bool is_one = in.has("DELIVERY");
    if (is_one == in.has("--endpoint"))
        return in.usage("give a delivery, or --endpoint");
    for (const std::string_view option :
         {"--since", "--until", "--status", "--event", "--dry-run", "--yes"})
        if (is_one && in.has(option))
            return in.usage(fmt::format("{} goes with --endpoint", option));
    if (!is_one)
        return run_bulk(in);
    const std::string target =
        fmt::format("/v1/deliveries/{}/redeliver", query_text(in.text("DELIVERY")));
    return show(in, {.method = "POST", .target = target, .body = ""}, delivery_report);
}

std::vector<std::string_view> event_types() {
    const auto all = domain::all_event_types();
    return {all.begin(), all.end()};
}

} // namespace

std::vector<Command> redeliver_commands() {
    return {
        {.name = "redeliver",
         .sentence = "deliver again: one delivery, or what an endpoint did not get",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "DELIVERY", .help = "its id, dlv_…", .required = false}},
         .options = {{.name = "--endpoint", .value = "ID", .help = "whose deliveries, end_…"},
                     {.name = "--since",
                      .value = "TIME",
                      .help = "of the events (default: when the endpoint was made)"},
                     {.name = "--until", .value = "TIME", .help = "of the events (default: now)"},
                     {.name = "--status",
                      .value = "STATUS",
                      .help = "of the deliveries (default dead, cancelled and missed)",
                      .choices = {"dead", "cancelled", "missed", "done"},
                      .many = true},
                     {.name = "--event",
                      .value = "TYPE",
                      .help = "a type of the events (default: all)",
                      .choices = event_types(),
                      .many = true},
                     {.name = "--dry-run", .help = "count them and change nothing"},
                     yes_option(),
                     tenant_option("whose deliveries (default main)")},
         .notes = "missed: nothing was owed, since the endpoint was disabled.",
         .run = run_redeliver},
    };
}

} // namespace settled::cli
