// `settled connectors`: who sends webhooks, and whose API is called.
#include "base/limits.h"
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/commands/connector_options.h"
#include "cli/invocation.h"
#include "cli/reports/connector_report.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string target_of(const Invocation& in) {
    return "/v1/connectors/" + query_text(in.text("NAME"));
}

int run_add(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("name", in.text("NAME")).member("kind", in.text("--kind", "clearbank"));
    if (const auto wrong = write_connector_options(in, w))
        return in.usage(*wrong);
    if (!in.has("--retention-days"))
        w.member("retention_days", limits::retention_days_default);
    w.end();
    return show(
        in,
        {.method = "POST", .target = "/v1/connectors", .body = std::move(w).text(), .begins = true},
        added_connector);
}

int run_set(Invocation& in) {
    wire::JsonWriter w;
    w.object();
    if (const auto wrong = write_connector_options(in, w))
        return in.usage(*wrong);
    w.end();
    if (w.text() == "{}")
        return in.usage("give what is to be set");
    return show(in, {.method = "PATCH", .target = target_of(in), .body = std::move(w).text()},
                connector_report);
}

int run_list(Invocation& in) {
    return show_list(in, "/v1/connectors", connector_table);
}

int run_show(Invocation& in) {
    return show(in, {.method = "GET", .target = target_of(in), .body = ""}, connector_report);
}

int run_remove(Invocation& in) {
    const int status = show(in, {.method = "DELETE", .target = target_of(in), .body = ""},
                            [](const wire::Json&) { return std::string(); });
    if (status == exit_done && !in.out().is_json())
        in.out().sentence(in.text("NAME") + " is gone; its webhooks are refused from now on");
    return status;
}

} // namespace

std::vector<Command> connectors_commands() {
    const Option tenant = tenant_option("whose connectors (default main)");
    const Argument name{.name = "NAME", .help = "the connector's name"};
    std::vector<Option> adding{
        {.name = "--kind",
         .value = "KIND",
         .help = "what sends them (default clearbank)",
         .choices = {"clearbank", "mambu", "clearmatch", "mapped", "pubsub_push"}}};
    std::vector<Option> setting;
    for (const Option& option : connector_options()) {
        adding.push_back(option);
        setting.push_back(option);
    }
    for (const Option& option : connector_options_off())
        setting.push_back(option);
    adding.push_back(tenant);
    setting.push_back(tenant);
    std::vector<Command> commands{
        {.name = "connectors",
         .sentence = "add, change and pause connectors: banks and other senders of webhooks"},
        {.name = "connectors add",
         .sentence = "let a bank or core bank send webhooks to /hooks/NAME, and call its API",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "NAME", .help = "the last part of the URL /hooks/NAME"}},
         .options = std::move(adding),
         .notes = "Of a bank, --api-url, --api-token and --institution-account belong together; "
                  "without them the connector only receives. Where there is no store yet, it makes "
                  "one with its "
                  "master key, and says so.",
         .run = run_add},
        {.name = "connectors set",
         .sentence = "change a connector; what is not given stays",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = std::move(setting),
         .run = run_set},
        {.name = "connectors list",
         .sentence = "list the connectors of a tenant",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({tenant}),
         .run = run_list},
        {.name = "connectors show",
         .sentence = "show a connector: its settings, and whether its calls are made",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = {tenant},
         .run = run_show},
        {.name = "connectors remove",
         .sentence = "remove a connector that has no order or return under way",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = {tenant},
         .run = run_remove},
    };
    for (Command& command : connector_control_commands())
        commands.push_back(std::move(command));
    for (Command& command : connector_test_commands())
        commands.push_back(std::move(command));
    for (Command& command : connector_try_commands())
        commands.push_back(std::move(command));
    return commands;
}

} // namespace settled::cli
