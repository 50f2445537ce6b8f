// `settled purge`: what is final and old is removed.
#include "cli/commands.h"
#include "cli/consent.h"
#include "cli/duration.h"
#include "cli/invocation.h"
#include "units/purge/purge.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace settled::cli {

namespace {

constexpr auto look_interval = std::chrono::milliseconds(500);
constexpr std::int64_t day_seconds = 86'400;
constexpr std::array kinds_of_rows{"payments", "settlements", "matches",
                                   "events",   "deliveries",  "calls"};

// "payments,events", given once or more; nullopt: one of them is no kind.
std::optional<std::vector<std::string>> kinds_given(const Invocation& in) {
    std::vector<std::string> kinds;
    for (const std::string& given : in.all("--kind")) {
        std::string_view rest = given;
        while (!rest.empty()) {
            const std::string_view kind = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(rest.size(), kind.size() + 1));
            if (std::ranges::find(units::purge_kinds(), kind) == units::purge_kinds().end())
                return std::nullopt;
            kinds.emplace_back(kind);
        }
    }
    return kinds;
}

std::string wanted_of(const Invocation& in, std::int64_t days,
                      const std::vector<std::string>& kinds) {
    wire::JsonWriter w;
    w.object().member("older_than_days", days);
    if (!kinds.empty()) {
        w.key("kinds").array();
        for (const std::string& kind : kinds)
            w.value(kind);
        w.end();
    }
    if (in.has("--dry-run"))
        w.member("dry_run", true);
    w.end();
    return std::move(w).text();
}

void print_end(const Invocation& in, const Answered& answer) {
    if (in.out().is_json()) {
        fmt::print("{}\n", answer.root().raw());
        return;
    }
    const std::string_view verb = in.has("--dry-run") ? "would be purged" : "purged";
    for (const char* const kind : kinds_of_rows)
        fmt::print("{:<12} {:>12} {}\n", kind, answer.at(fmt::format("purged.{}", kind)), verb);
    fmt::print("{:<12} {:>12} old enough, but still open, in review or needed as evidence\n",
               "kept", answer.at("kept"));
}

int run_purge(Invocation& in) {
    const auto age = seconds_of(in.text("--older-than"));
    if (!age || *age < day_seconds || *age % day_seconds != 0)
        return in.usage(fmt::format("--older-than takes whole days, such as 400d, and not \"{}\"",
                                    in.text("--older-than")));
    const auto kinds = kinds_given(in);
    if (!kinds)
        return in.usage(
            fmt::format("--kind takes payments, events, deliveries, calls, and not \"{}\"",
                        fmt::join(in.all("--kind"), ",")));
    const std::string question =
        fmt::format("remove what is final and older than {}?", in.text("--older-than"));
    if (const auto refused = refusal_of(
            in, {question, "nothing was removed",
                 "what is purged does not come back: add --yes, or try it with --dry-run"}))
        return *refused;
    auto api = in.api();
    if (!api)
        return exit_usage;
    auto answer = api->ask({"POST", "/v1/purges", wanted_of(in, *age / day_seconds, *kinds)});
    if (!answer)
        return api->report(answer.error());
    if (!in.has("--dry-run"))
        in.changed(api->name());
    const std::string target = "/v1/purges/" + answer->at("id");
    while (answer->at("status") == store::purge_running) {
        std::this_thread::sleep_for(look_interval);
        answer = api->ask({"GET", target, ""});
        if (!answer)
            return api->report(answer.error());
    }
    print_end(in, *answer);
    return exit_done;
}

} // namespace

std::vector<Command> purge_commands() {
    return {
        {.name = "purge",
         .sentence = "remove what is final and old",
         .place = Place::server,
         .output = Output::both,
         .options = {{.name = "--older-than",
                      .value = "AGE",
                      .help = "whole days, such as 400d; payments and calls: 100d at least",
                      .required = true},
                     {.name = "--kind",
                      .value = "KINDS",
                      .help = "payments,events,deliveries,calls (default: all)",
                      .many = true},
                     {.name = "--dry-run", .help = "count them and change nothing"},
                     yes_option(),
                     tenant_option("whose rows (default main)")},
         .notes = "What is open, in review, or needed as evidence stays. [retention] does the same "
                  "once a day.",
         .run = run_purge},
    };
}

} // namespace settled::cli
