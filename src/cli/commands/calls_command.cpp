// `settled calls`: what was sent to connectors' APIs, and what came back.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/money_out.h"

namespace settled::cli {

namespace {

int run_list(Invocation& in) {
    const std::string status = in.text("--status");
    return show_list(in, status.empty() ? "/v1/calls" : "/v1/calls?status=" + status, call_table);
}

int run_show(Invocation& in) {
    return show(in,
                {.method = "GET", .target = "/v1/calls/" + query_text(in.text("ID")), .body = ""},
                call_report);
}

} // namespace

std::vector<Command> calls_commands() {
    const Option tenant = tenant_option("whose calls (default main)");
    return {
        {.name = "calls", .sentence = "see what was sent to the bank and what it replied"},
        {.name = "calls list",
         .sentence = "list calls",
         .place = Place::server,
         .output = Output::both,
         .options =
             with_list_options({{.name = "--status",
                                 .value = "STATUS",
                                 .help = "those of one status",
                                 .choices = {"queued", "done", "refused", "unclear", "cancelled"}},
                                tenant}),
         .run = run_list},
        {.name = "calls show",
         .sentence = "show a call: its bytes, and the reply to each try",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the call's id, cal_…"}},
         .options = {tenant},
         .run = run_show},
    };
}

} // namespace settled::cli
