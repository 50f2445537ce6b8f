// `settled doctor`: what is wrong with an installation, and what to do about each.
#include "cli/commands.h"
#include "cli/doctor/check.h"
#include "cli/doctor/report.h"
#include "cli/invocation.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

using doctor::Check;
using doctor::Finding;
using doctor::Findings;
using doctor::Looks;
using doctor::Site;

std::string_view where_words(Looks looks) {
    return looks == Looks::machine ? "this machine" : looks == Looks::api ? "API" : "--connect";
}

int list_checks(const Invocation& in) {
    if (!in.out().is_json()) {
        std::vector<TableLine> lines{{"CHECK", "LOOKS AT", "WHETHER"}};
        for (const Check& check : doctor::all_checks())
            lines.push_back({std::string(check.id), std::string(where_words(check.looks)),
                             std::string(check.sentence)});
        in.out().text(table(lines));
        return exit_done;
    }
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const Check& check : doctor::all_checks()) {
        w.object().member("check", check.id).member("sentence", check.sentence);
        w.member("needs_machine", check.looks == Looks::machine);
        w.member("connects", check.looks == Looks::others);
        w.member("docs", doctor::docs_of(check.id)).end();
    }
    w.end().key("next").null().end();
    in.out().json(w.text());
    return exit_done;
}

// Those that were asked for, and that can be made. The error is a sentence.
std::expected<std::vector<const Check*>, std::string> chosen_checks(const Invocation& in) {
    const auto named = in.all("--check");
    std::vector<const Check*> chosen;
    for (const Check& check : doctor::all_checks()) {
        const bool is_named = std::ranges::find(named, check.id) != named.end();
        if (!named.empty() && !is_named)
            continue;
        if (is_named && check.looks == Looks::machine && in.is_remote())
            return std::unexpected(fmt::format(
                "{} looks at the server's own machine: run it there, without a URL", check.id));
        if (is_named && check.looks == Looks::others && !in.has("--connect"))
            return std::unexpected(
                fmt::format("{} calls banks or partners: give --connect, too", check.id));
        if (check.looks != Looks::others || in.has("--connect"))
            chosen.push_back(&check);
    }
    return chosen;
}

std::vector<Finding> make(const std::vector<const Check*>& checks, Site& site) {
    std::vector<Finding> all;
    for (const Check* const check : checks) {
        Findings found(check->id);
        if (check->looks == Looks::machine && site.is_remote())
            found.skipped("", "it looks at the server's own machine: run it there");
        else
            check->run(site, found);
        all.insert(all.end(), found.all().begin(), found.all().end());
    }
    return all;
}

int run_doctor(Invocation& in) {
    if (in.has("--list"))
        return list_checks(in);
    const auto checks = chosen_checks(in);
    if (!checks)
        return in.usage(checks.error());
    Site site(in, in.commands());
    if (site.is_remote() && !site.server_runs()) {
        fmt::print(stderr, "settled: the server could not be looked at: {}\n",
                   site.readiness().error());
        return exit_usage;
    }
    const auto findings = make(*checks, site);
    if (in.out().is_json())
        in.out().json(doctor::as_json(findings));
    else
        in.out().text(doctor::as_text(findings, Look::of(stdout)));
    const doctor::State worst = doctor::worst_of(findings);
    const bool is_bad =
        worst == doctor::State::failed || (worst == doctor::State::warning && in.has("--strict"));
    return is_bad ? exit_failed : exit_done;
}

std::vector<std::string_view> check_ids() {
    std::vector<std::string_view> ids;
    for (const Check& check : doctor::all_checks())
        ids.push_back(check.id);
    return ids;
}

} // namespace

std::vector<Command> doctor_commands() {
    constexpr std::int64_t wait_most = 600;
    return {
        {.name = "doctor",
         .sentence = "look for what is wrong, and say what to do about it",
         .place = Place::server,
         .output = Output::both,
         .options = {{.name = "--check",
                      .value = "ID",
                      .help = "only this one",
                      .choices = check_ids(),
                      .many = true},
                     {.name = "--list", .help = "list the checks, and make none"},
                     {.name = "--connect",
                      .help =
                          "call each bank's test endpoint, look its account up, wait for the "
                          "webhook that the bank sends back, and send each partner a test.ping"},
                     {.name = "--wait",
                      .value = "SECONDS",
                      .help = "how long an answer or that webhook may take (default 30)",
                      .is_number = true,
                      .least = 1,
                      .most = wait_most},
                     {.name = "--strict", .help = "a warning is a failure, too"},
                     tenant_option("whose connectors, endpoints and reviews (default main)")},
         .notes = "It changes nothing, pays nothing and decides nothing; without --connect it "
                  "calls no bank and no partner. Each finding names its page in "
                  "docs/operating/doctor.md.",
         .statuses = {{exit_done, "nothing failed"},
                      {exit_failed, "something failed; with --strict: or is a warning"},
                      {exit_usage, "it could not look, or the words are wrong"}},
         .run = run_doctor}};
}

} // namespace settled::cli
