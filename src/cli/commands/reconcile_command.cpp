// `settled reconcile`: an account on a day, the bank's statement and what is known here side by side.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/day_report.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

int run_reconcile(Invocation& in) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    std::string target =
        fmt::format("/v1/reconciliation?date={}&account={}", query_text(in.text("--date")),
                    query_text(in.text("--account")));
    if (in.has("--currency"))
        target += "&currency=" + query_text(in.text("--currency"));
    const auto day = api->ask({"GET", target, ""});
    if (!day)
        return api->report(day.error());
    if (api->out().is_json())
        api->out().json(day->body());
    else
        fmt::print("{}", day_report(day->root()));
    return day->at("holds") == "true" ? exit_done : exit_partly;
}

} // namespace

std::vector<Command> reconcile_commands() {
    return {{.name = "reconcile",
             .sentence = "compare an account's day at the bank with what is known here",
             .place = Place::server,
             .output = Output::both,
             .options = {{.name = "--date",
                          .value = "DATE",
                          .help = "the bank's day, such as 2026-11-22",
                          .required = true},
                         {.name = "--account",
                          .value = "IBAN",
                          .help = "an account of yours, by IBAN or sort code and number",
                          .required = true},
                         {.name = "--currency",
                          .value = "CODE",
                          .help = "where no statement of the day says another one (default GBP)"},
                         tenant_option("whose account (default main)")},
             .statuses = {{exit_done, "both sides agree"},
                          {exit_failed, "the account or the date is none"},
                          {exit_partly, "they differ; each difference is listed"}},
             .run = run_reconcile}};
}

} // namespace settled::cli
