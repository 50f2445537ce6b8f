// `settled endpoints`: where partners are notified, and how that fares.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/duration.h"
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

// What was given of an endpoint's settings.
void write_settings(wire::JsonWriter& w, const Invocation& in) {
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
}

int run_add(Invocation& in) {
    if (in.has("--batch") && !in.has("--every"))
        return in.usage("--batch needs --every");
    wire::JsonWriter w;
    w.object().member("url", in.text("URL"));
    write_settings(w, in);
    w.end();
    return show(in, {.method = "POST", .target = "/v1/endpoints", .body = std::move(w).text()},
                endpoint_report);
}

int patch(Invocation& in, std::string body) {
    return show(in, {.method = "PATCH", .target = endpoint_target(in), .body = std::move(body)},
                endpoint_report);
}

int run_set(Invocation& in) {
    if (in.has("--batch") && !in.has("--every"))
        return in.usage("--batch needs --every");
    if (in.has("--at-once") && in.has("--every"))
        return in.usage("give --every or --at-once, not both");
    if (in.has("--in-order") && in.has("--any-order"))
        return in.usage("give --in-order or --any-order, not both");
    wire::JsonWriter w;
    w.object();
    if (in.has("--to"))
        w.member("url", in.text("--to"));
    write_settings(w, in);
    if (in.has("--at-once"))
        w.key("schedule").null();
    if (in.has("--any-order"))
        w.key("order").null();
    w.end();
    if (w.text() == "{}")
        return in.usage("say what is to be set");
    return patch(in, std::move(w).text());
}

int run_remove(Invocation& in) {
    const int status = show(in, {.method = "DELETE", .target = endpoint_target(in), .body = ""},
                            [](const wire::Json&) { return std::string(); });
    if (status == exit_done && !in.out().is_json())
        in.out().sentence(in.text("ID") + " is gone; what was owed to it is cancelled");
    return status;
}

int run_portal_link(Invocation& in) {
    wire::JsonWriter w;
    w.object();
    if (in.has("--expires-in")) {
        const auto life = seconds_of(in.text("--expires-in"));
        if (!life)
            return in.usage(fmt::format("--expires-in{}", duration_advice));
        w.member("expires_in_seconds", *life);
    }
    if (in.has("--can")) {
        w.key("can").array();
        for (const std::string& right : in.all("--can"))
            w.value(right);
        w.end();
    }
    w.end();
    return show(in,
                {.method = "POST",
                 .target = endpoint_target(in) + "/portal-links",
                 .body = std::move(w).text()},
                portal_link_report);
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

// Of `add` and `set` alike.
std::vector<Option> settings_options() {
    return {{.name = "--event",
             .value = "TYPE",
             .help = "a type of event that it gets (a new one: all)",
             .choices = event_types(),
             .many = true},
            {.name = "--every",
             .value = "SECONDS",
             .help = "send what has gathered in intervals (a new one: at once)",
             .is_number = true,
             .least = 30,
             .most = 82'800},
            {.name = "--batch", .help = "send what has gathered as one body"},
            {.name = "--format",
             .value = "FORMAT",
             .help = "of the messages (a new one: native)",
             .choices = {"native", "cloudevents", "clearmatch"}},
            {.name = "--in-order", .help = "keep the order of each subject"}};
}

Command add_command(const Option& tenant) {
    std::vector<Option> options = settings_options();
    options.push_back(tenant);
    return {.name = "endpoints add",
            .sentence = "add an endpoint, signed by Standard Webhooks",
            .place = Place::server,
            .output = Output::both,
            .arguments = {{.name = "URL", .help = "where it is: https://…"}},
            .options = std::move(options),
            .notes = "Other ways to authenticate, rates and rules of success are set with the API.",
            .run = run_add};
}

Command set_command(const Argument& id, const Option& tenant) {
    std::vector<Option> options{
        {.name = "--to", .value = "URL", .help = "where it is now: https://…"}};
    for (const Option& option : settings_options())
        options.push_back(option);
    options.push_back({.name = "--at-once", .help = "send at once, without intervals"});
    options.push_back({.name = "--any-order", .help = "keep no order"});
    options.push_back(tenant);
    return {.name = "endpoints set",
            .sentence = "change where an endpoint is, or what is sent to it and when",
            .place = Place::server,
            .output = Output::both,
            .arguments = {id},
            .options = std::move(options),
            .notes = "What is not given stays as it is.",
            .run = run_set};
}

Command portal_link_command(const Argument& id, const Option& tenant) {
    return {.name = "endpoints portal-link",
            .sentence = "make a link with which a partner sees its endpoint and deliveries",
            .place = Place::server,
            .output = Output::both,
            .arguments = {id},
            .options = {{.name = "--expires-in",
                         .value = "TIME",
                         .help = "how long it works: 5m to 30d (default 24h)"},
                        {.name = "--can",
                         .value = "RIGHT",
                         .help = "what the partner may do in addition to reading",
                         .choices = {"read", "redeliver", "ping"},
                         .many = true},
                        tenant},
            .notes = "The link is shown this once.",
            .run = run_portal_link};
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
        add_command(tenant),
        set_command(id, tenant),
        one("endpoints ping", "send it a test.ping", run_ping),
        one("endpoints enable", "send to it again, after a pause or when it was disabled",
            run_enable),
        one("endpoints disable", "send it nothing more", run_disable),
        one("endpoints remove", "remove it; what is owed to it is cancelled", run_remove),
        portal_link_command(id, tenant),
    };
    Command pause =
        one("endpoints pause", "send it nothing until it is enabled; deliveries wait", run_pause);
    pause.options.push_back(
        {.name = "--reason", .value = "TEXT", .help = "why; stands in the changes"});
    commands.push_back(std::move(pause));
    Command rotate = one("endpoints rotate-secret", "give it new signing keys", run_rotate);
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
