// `settled statements`: the bank is asked for its statement, and what became of that.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string request_table(const std::vector<wire::Json>& requests) {
    std::vector<TableLine> lines{{"REQUEST", "CONNECTOR", "DATE", "STATUS", "PAGES", "REASON"}};
    for (const wire::Json& request : requests) {
        const auto at = [&](std::string_view path) { return safe(text_at(request, path)); };
        lines.push_back({at("id"), at("connector"), or_dash(at("date")), at("status"),
                         fmt::format("{}/{}", at("pages_here"), at("pages")),
                         or_dash(at("reason"))});
    }
    return table(lines, "llllr");
}

std::string request_report(const wire::Json& request) {
    const auto at = [&](std::string_view path) { return safe(text_at(request, path)); };
    return facts({{"request", at("id")},
                  {"connector", at("connector")},
                  {"date", at("date")},
                  {"status", at("status")},
                  {"message", at("message_id")},
                  {"pages here", fmt::format("{} of {}", at("pages_here"), at("pages"))},
                  {"statements", at("statements")},
                  {"accounts passed over", at("passed_over")},
                  {"settlements found", at("found.settlements")},
                  {"movements found", at("found.movements")},
                  {"orders settled", at("found.orders")},
                  {"wait for their webhook", at("found.waiting")},
                  {"without the bank's id", at("found.without_id")},
                  {"reason", at("reason")}});
}

int run_request(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("connector", in.text("--connector")).member("date", in.text("--date")).end();
    return show(in,
                {.method = "POST", .target = "/v1/statement-requests", .body = std::move(w).text()},
                request_report);
}

int run_list(Invocation& in) {
    return show_list(in, "/v1/statement-requests", request_table);
}

int run_show(Invocation& in) {
    return show(in,
                {.method = "GET",
                 .target = "/v1/statement-requests/" + query_text(in.text("ID")),
                 .body = ""},
                request_report);
}

} // namespace

std::vector<Command> statements_commands() {
    const Option tenant = tenant_option("whose statements (default main)");
    return {
        {.name = "statements", .sentence = "ask the bank for its statement of a day"},
        {.name = "statements request",
         .sentence = "ask the bank for the statement of a day; it is imported when it is ready",
         .place = Place::server,
         .output = Output::both,
         .options = {{.name = "--connector",
                      .value = "NAME",
                      .help = "the bank's connector",
                      .required = true},
                     {.name = "--date",
                      .value = "DATE",
                      .help = "the bank's day, such as 2026-11-22; it must be over",
                      .required = true},
                     tenant},
         .run = run_request},
        {.name = "statements list",
         .sentence = "list what the bank was asked for",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({tenant}),
         .run = run_list},
        {.name = "statements show",
         .sentence = "show how far a request is",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the request's id, srq_…"}},
         .options = {tenant},
         .run = run_show},
    };
}

} // namespace settled::cli
