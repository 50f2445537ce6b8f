// `settled postings`: what is written into core banking systems.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/money_out.h"

namespace settled::cli {

namespace {

int run_list(Invocation& in) {
    const std::string loan = in.text("--loan-account");
    const std::string status = in.text("--status");
    std::string target = "/v1/postings";
    if (!loan.empty())
        target += "?loan_account_id=" + query_text(loan);
    if (!status.empty())
        target += (loan.empty() ? "?status=" : "&status=") + status;
    return show_list(in, target, posting_table);
}

int run_show(Invocation& in) {
    return show(
        in, {.method = "GET", .target = "/v1/postings/" + query_text(in.text("ID")), .body = ""},
        posting_report);
}

} // namespace

std::vector<Command> postings_commands() {
    const Option tenant = tenant_option("whose postings (default main)");
    return {
        {.name = "postings", .sentence = "see what is written into the core banking system"},
        {.name = "postings list",
         .sentence = "list postings",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options(
             {{.name = "--status",
               .value = "STATUS",
               .help = "those of one status",
               .choices = {"queued", "posted", "in_doubt", "needs_review", "suspended", "returned",
                           "adjusted", "cancelled"}},
              {.name = "--loan-account", .value = "ID", .help = "those of one loan account"},
              tenant}),
         .run = run_list},
        {.name = "postings show",
         .sentence = "show a posting with its calls",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the posting's id, pst_…"}},
         .options = {tenant},
         .run = run_show},
    };
}

} // namespace settled::cli
