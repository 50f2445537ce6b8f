// `settled calls`: what was sent to connectors' APIs, and what came back.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/catch_up.h"
#include "cli/reports/money_out.h"
#include "wire/json_writer.h"

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

int run_resume(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("reason", in.text("--reason")).end();
    return show(in, {.method = "POST", .target = "/v1/calls/resume", .body = std::move(w).text()},
                held_report);
}

int run_held(Invocation& in) {
    return show(in, {.method = "GET", .target = "/v1/calls/held", .body = ""}, held_report);
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
        {.name = "calls held",
         .sentence = "show whether calls are held since a restore",
         .place = Place::server,
         .output = Output::both,
         .options = {tenant},
         .run = run_held},
        {.name = "calls resume",
         .sentence = "after a restore: let the calls that move money go on",
         .place = Place::server,
         .output = Output::both,
         .options = {{.name = "--reason", .value = "TEXT", .help = "why", .required = true},
                     {.name = "--actor",
                      .value = "NAME",
                      .help = "who resumes them; it is kept as operator:NAME (default: operator)",
                      .on_the_machine = true},
                     tenant},
         .notes = "It is refused until each bank was asked for everything since the restore "
                  "(settled catch-up). From then on each order is looked up at the bank before it "
                  "is sent.",
         .run = run_resume},
    };
}

} // namespace settled::cli
