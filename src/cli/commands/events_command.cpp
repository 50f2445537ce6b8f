// `settled events` and `settled deliveries`: what was published, and what became of it at each partner.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/commands/time_range.h"
#include "cli/invocation.h"
#include "cli/reports/endpoint_report.h"
#include "cli/reports/event_report.h"
#include "domain/event.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

int run_list_events(Invocation& in) {
    Parameters parameters{{"type", in.text("--type")},
                          {"payment", in.text("--payment")},
                          {"settlement", in.text("--settlement")},
                          {"order_id", in.text("--order")},
                          {"endpoint", in.text("--endpoint")}};
    if (!add_time_range(in, parameters))
        return exit_usage;
    return show_list(in, with_parameters("/v1/events", parameters), event_table);
}

int run_show_event(Invocation& in) {
    return show(in,
                {.method = "GET", .target = "/v1/events/" + query_text(in.text("ID")), .body = ""},
                event_report);
}

int run_list_deliveries(Invocation& in) {
    Parameters parameters{{"status", in.text("--status")},
                          {"endpoint", in.text("--endpoint")},
                          {"event", in.text("--event")}};
    if (!add_time_range(in, parameters))
        return exit_usage;
    return show_list(in, with_parameters("/v1/deliveries", parameters), delivery_table);
}

std::string delivery_target(const Invocation& in, std::string_view action = "") {
    return fmt::format("/v1/deliveries/{}{}", query_text(in.text("ID")), action);
}

int run_show_delivery(Invocation& in) {
    return show(in, {.method = "GET", .target = delivery_target(in), .body = ""}, delivery_report);
}

int run_redeliver(Invocation& in) {
    return show(in, {.method = "POST", .target = delivery_target(in, "/redeliver"), .body = ""},
                delivery_report);
}

std::vector<std::string_view> event_types() {
    const auto all = domain::all_event_types();
    return {all.begin(), all.end()};
}

std::vector<Option> with_time_range(std::vector<Option> options, const Option& tenant) {
    for (const Option& option : time_range_options())
        options.push_back(option);
    options.push_back(tenant);
    return with_list_options(std::move(options));
}

std::vector<Command> event_commands() {
    const Option tenant = tenant_option("whose events (default main)");
    return {
        {.name = "events", .sentence = "see what was published"},
        {.name = "events list",
         .sentence = "list events, newest first",
         .place = Place::server,
         .output = Output::both,
         .options = with_time_range(
             {{.name = "--type",
               .value = "TYPE",
               .help = "those of one type",
               .choices = event_types()},
              {.name = "--payment",
               .value = "ID",
               .help = "those about a payment and its settlements; its id or its client_id"},
              {.name = "--settlement", .value = "ID", .help = "those about a settlement, stl_…"},
              {.name = "--order",
               .value = "ID",
               .help = "those about an order; its id or its client_id"},
              {.name = "--endpoint", .value = "ID", .help = "those about an endpoint, end_…"}},
             tenant),
         .notes = "Give one of --payment, --settlement, --order and --endpoint: an event is about "
                  "one of them. `settled listen` prints events as they come.",
         .run = run_list_events},
        {.name = "events show",
         .sentence = "show an event as partners are sent it",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the event's id, evt_…"}},
         .options = {tenant},
         .run = run_show_event},
    };
}

std::vector<Command> delivery_commands() {
    const Option tenant = tenant_option("whose deliveries (default main)");
    const Argument id{.name = "ID", .help = "the delivery's id, dlv_…"};
    return {
        {.name = "deliveries", .sentence = "see what became of each event at each endpoint"},
        {.name = "deliveries list",
         .sentence = "list deliveries, newest first",
         .place = Place::server,
         .output = Output::both,
         .options = with_time_range(
             {{.name = "--status",
               .value = "STATUS",
               .help = "those of one status",
               .choices = {"queued", "done", "dead", "cancelled"}},
              {.name = "--endpoint", .value = "ID", .help = "those to an endpoint, end_…"},
              {.name = "--event", .value = "ID", .help = "those of an event, evt_…"}},
             tenant),
         .run = run_list_deliveries},
        {.name = "deliveries show",
         .sentence = "show a delivery with its attempts",
         .place = Place::server,
         .output = Output::both,
         .arguments = {id},
         .options = {tenant},
         .run = run_show_delivery},
        {.name = "deliveries redeliver",
         .sentence = "make a delivery again",
         .place = Place::server,
         .output = Output::both,
         .arguments = {id},
         .options = {tenant},
         .notes = "`settled redeliver` does the same, and with --endpoint for many at once.",
         .run = run_redeliver},
    };
}

} // namespace

std::vector<Command> events_commands() {
    std::vector<Command> all = event_commands();
    const std::vector<Command> more = delivery_commands();
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace settled::cli
