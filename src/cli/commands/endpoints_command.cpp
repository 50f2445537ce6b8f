// `settled endpoints`: where partners are notified, and how that fares.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/endpoint_report.h"
#include "domain/event.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string endpoint_target(const Invocation& in) {
    return "/v1/endpoints/" + query_text(in.text("ID"));
}

int run_list(Invocation& in) {
    return show_list(in, "/v1/endpoints", endpoint_table);
}

int run_show(Invocation& in) {
    return show(in, {.method = "GET", .target = endpoint_target(in), .body = ""}, endpoint_report);
}

int run_add(Invocation& in) {
    if (in.has("--batch") && !in.has("--every"))
        return in.usage("--batch needs --every");
    wire::JsonWriter w;
    w.object().member("url", in.text("URL"));
    if (in.has("--event")) {
        w.key("events").array();
        for (const std::string& type : in.all("--event"))
            w.value(type);
        w.end();
    }
    if (in.has("--every")) {
        w.key("schedule").object();
        w.member("interval_seconds", in.number<std::int64_t>("--every", 0));
        w.member("batch", in.has("--batch")).end();
    }
    if (in.has("--format"))
        w.member("format", in.text("--format"));
    if (in.has("--in-order"))
        w.member("order", "subject");
    w.end();
    return show(in, {.method = "POST", .target = "/v1/endpoints", .body = std::move(w).text()},
                endpoint_report);
}

int patch(Invocation& in, std::string body) {
    return show(in, {.method = "PATCH", .target = endpoint_target(in), .body = std::move(body)},
                endpoint_report);
}

int run_enable(Invocation& in) {
    return patch(in, R"({"status":"active"})");
}

int run_pause(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("status", "paused");
    if (in.has("--reason"))
        w.member("reason", in.text("--reason"));
    w.end();
    return patch(in, std::move(w).text());
}

int run_disable(Invocation& in) {
    return patch(in, R"({"status":"disabled"})");
}

int run_rotate(Invocation& in) {
    return patch(in, fmt::format(R"({{"rotate_secret":true,"previous_secret_expires_in":{}}})",
                                 in.number<std::int64_t>("--overlap", 86'400)));
}

int run_ping(Invocation& in) {
    return show(in, {.method = "POST", .target = endpoint_target(in) + "/ping", .body = ""},
                delivery_report);
}

std::vector<std::string_view> event_types() {
    const auto all = domain::all_event_types();
    std::vector<std::string_view> types{all.begin(), all.end()};
    types.emplace_back("*");
    return types;
}

} // namespace

std::vector<Command> endpoints_commands() {
    const Option tenant = tenant_option("whose endpoints (default main)");
    const Argument id{.name = "ID", .help = "the endpoint's id, end_…"};
    const auto one = [&](std::string_view name, std::string_view sentence,
                         int (*run)(Invocation&)) {
        return Command{.name = name,
                       .sentence = sentence,
                       .place = Place::server,
                       .output = Output::both,
                       .arguments = {id},
                       .options = {tenant},
                       .run = run};
    };
    std::vector<Command> commands{
        {.name = "endpoints", .sentence = "where partners are notified, and how that fares"},
        {.name = "endpoints list",
         .sentence = "list endpoints",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({tenant}),
         .run = run_list},
        one("endpoints show", "show an endpoint", run_show),
        {.name = "endpoints add",
         .sentence = "add an endpoint, signed by Standard Webhooks",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "URL", .help = "where it is: https://…"}},
         .options = {{.name = "--event",
                      .value = "TYPE",
                      .help = "a type of event that it gets (default: all)",
                      .choices = event_types(),
                      .many = true},
                     {.name = "--every",
                      .value = "SECONDS",
                      .help = "send what has gathered in intervals (default: at once)",
                      .is_number = true,
                      .least = 30,
                      .most = 82'800},
                     {.name = "--batch", .help = "send what has gathered as one body"},
                     {.name = "--format",
                      .value = "FORMAT",
                      .help = "of the messages (default native)",
                      .choices = {"native", "cloudevents", "clearmatch"}},
                     {.name = "--in-order", .help = "keep the order of each subject"},
                     tenant},
         .notes = "Other ways to authenticate, rates and rules of success are set with the API.",
         .run = run_add},
        one("endpoints ping", "send it a test.ping", run_ping),
        one("endpoints enable", "send to it again, after a pause or when it was disabled",
            run_enable),
        one("endpoints disable", "send it nothing more", run_disable),
    };
    Command pause =
        one("endpoints pause", "send it nothing until it is enabled; deliveries wait", run_pause);
    pause.options.push_back(
        {.name = "--reason", .value = "TEXT", .help = "why; stands in the changes"});
    commands.push_back(std::move(pause));
    Command rotate = one("endpoints rotate", "give it new signing keys", run_rotate);
    rotate.options.push_back({.name = "--overlap",
                              .value = "SECONDS",
                              .help = "how long the old keys sign, too (default 86400)",
                              .is_number = true,
                              .least = 0,
                              .most = 604'800});
    commands.push_back(rotate);
    return commands;
}

} // namespace settled::cli
