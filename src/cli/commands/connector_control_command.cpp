// `settled connectors pause`, `resume`, `list-accounts` and `urls`.
#include "cli/client/query.h"
#include "cli/commands/connector_options.h"
#include "cli/invocation.h"
#include "cli/reports/connector_report.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string target_of(const Invocation& in, std::string_view action) {
    return fmt::format("/v1/connectors/{}{}", query_text(in.text("NAME")), action);
}

int run_pause(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("reason", in.text("--reason")).end();
    return show(in,
                {.method = "POST", .target = target_of(in, "/pause"), .body = std::move(w).text()},
                connector_report);
}

int run_resume(Invocation& in) {
    return show(in, {.method = "POST", .target = target_of(in, "/resume"), .body = ""},
                connector_report);
}

int run_list_accounts(Invocation& in) {
    return show(in, {.method = "POST", .target = target_of(in, "/list-accounts"), .body = ""},
                [](const wire::Json& connector) {
                    return fmt::format(
                        "{} is asked for its accounts; GET /v1/accounts shows them\n",
                        text_at(connector, "name"));
                });
}

// What is entered on the other side, of a connector of that kind.
struct Entry {
    std::string_view kind;
    std::string_view otherwise; // of another kind: what to say
    std::string (*json)(const wire::Json&, const std::string& url);
    std::string (*text)(const wire::Json&, const std::string& url);
};

int show_entry(Invocation& in, const Entry& entry) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto connector = api->ask({"GET", target_of(in, ""), ""});
    if (!connector)
        return api->report(connector.error());
    if (connector->at("kind") != entry.kind)
        return in.out().problem(Error{Code::state_conflict, std::string(entry.otherwise)});
    std::string base = in.text("--public-url", "https://YOUR-SERVER");
    while (base.ends_with('/'))
        base.pop_back();
    const std::string url = base + connector->at("hook_path");
    if (in.out().is_json())
        in.out().json(entry.json(connector->root(), url));
    else
        in.out().text(entry.text(connector->root(), url));
    return exit_done;
}

int run_urls(Invocation& in) {
    return show_entry(in, {"clearbank",
                           "only a clearbank connector is entered in a bank's portal; `settled "
                           "connectors template` is for a core banking system",
                           portal_json, portal_text});
}

int run_template(Invocation& in) {
    return show_entry(in,
                      {"mambu",
                       "only a mambu connector has webhook templates; `settled connectors urls` "
                       "is for a bank",
                       template_json, template_text});
}

Option public_url() {
    return {.name = "--public-url",
            .value = "URL",
            .help = "how this server is reached from there, such as https://pay.example"};
}

std::vector<Command> entry_commands() {
    const Option tenant = tenant_option("whose connectors (default main)");
    const Argument name{.name = "NAME", .help = "the connector's name"};
    return {
        {.name = "connectors urls",
         .sentence = "print what to enter in the bank's portal",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = {public_url(), tenant},
         .run = run_urls},
        {.name = "connectors template",
         .sentence = "print the webhook templates to enter in Mambu",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = {public_url(), tenant},
         .run = run_template},
    };
}

} // namespace

std::vector<Command> connector_control_commands() {
    const Option tenant = tenant_option("whose connectors (default main)");
    const Argument name{.name = "NAME", .help = "the connector's name"};
    std::vector<Command> commands{
        {.name = "connectors pause",
         .sentence = "stop its calls on all servers; orders are still taken, and wait",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = {{.name = "--reason", .value = "TEXT", .help = "why", .required = true},
                     {.name = "--actor",
                      .value = "NAME",
                      .help = "who paused it; it is kept as operator:NAME (default: operator)",
                      .on_the_machine = true},
                     tenant},
         .run = run_pause},
        {.name = "connectors resume",
         .sentence = "let its calls go on, at once",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = {tenant},
         .run = run_resume},
        {.name = "connectors list-accounts",
         .sentence = "have the bank list its accounts, so that they are known here",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = {tenant},
         .run = run_list_accounts},
    };
    for (Command& command : entry_commands())
        commands.push_back(std::move(command));
    return commands;
}

} // namespace settled::cli
