// `settled orders`: payments out.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/money_out.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace settled::cli {

namespace {

std::string target_of(const Invocation& in, std::string_view action = "") {
    return fmt::format("/v1/orders/{}{}", query_text(in.text("ID")), action);
}

int run_list(Invocation& in) {
    const std::string status = in.text("--status");
    return show_list(in, status.empty() ? "/v1/orders" : "/v1/orders?status=" + status,
                     order_table);
}

int run_show(Invocation& in) {
    return show(in, {.method = "GET", .target = target_of(in), .body = ""}, order_report);
}

int run_create(Invocation& in) {
    const std::ifstream file(in.text("FILE"), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return show(in, {.method = "POST", .target = "/v1/orders", .body = std::move(text).str()},
                order_report);
}

int run_cancel(Invocation& in) {
    return show(in, {.method = "POST", .target = target_of(in, "/cancel"), .body = ""},
                order_report);
}

int run_retry(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("client_id", in.text("--client-id")).end();
    return show(in,
                {.method = "POST", .target = target_of(in, "/retry"), .body = std::move(w).text()},
                order_report);
}

} // namespace

std::vector<Command> orders_commands() {
    const Option tenant = tenant_option("whose orders (default main)");
    const Argument id{.name = "ID", .help = "the order's id, ord_…, or its client_id"};
    return {
        {.name = "orders", .sentence = "order payments out, and see what became of them"},
        {.name = "orders list",
         .sentence = "list orders",
         .place = Place::server,
         .output = Output::both,
         .options =
             with_list_options({{.name = "--status",
                                 .value = "STATUS",
                                 .help = "those of one status",
                                 .choices = {"queued", "submitted", "held", "settled", "rejected",
                                             "returned", "in_doubt", "needs_review", "cancelled"}},
                                tenant}),
         .run = run_list},
        {.name = "orders show",
         .sentence = "show an order with its calls and webhooks",
         .place = Place::server,
         .output = Output::both,
         .arguments = {id},
         .options = {tenant},
         .run = run_show},
        {.name = "orders create",
         .sentence = "order a payment",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "FILE",
                        .help = "JSON, as the body of POST /v1/orders (docs/money-out.md)",
                        .is_file = true}},
         .options = {tenant},
         .notes = "The same file again is the same order, by its client_id: nothing is paid twice.",
         .run = run_create},
        {.name = "orders cancel",
         .sentence = "take back an order that was not sent",
         .place = Place::server,
         .output = Output::both,
         .arguments = {id},
         .options = {tenant},
         .run = run_cancel},
        {.name = "orders retry",
         .sentence = "make the payment of a rejected or returned order again, once",
         .place = Place::server,
         .output = Output::both,
         .arguments = {id},
         .options = {{.name = "--client-id",
                      .value = "NEW",
                      .help = "your id of the new order",
                      .required = true},
                     tenant},
         .run = run_retry},
    };
}

} // namespace settled::cli
