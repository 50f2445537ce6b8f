// `settled bacs`: credits on their three days, direct debits and mandates.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/money_out.h"

namespace settled::cli {

namespace {

int run_list(Invocation& in) {
    const std::string subject = in.text("--subject");
    return show_list(in, subject.empty() ? "/v1/bacs-items" : "/v1/bacs-items?subject=" + subject,
                     bacs_table);
}

int run_show(Invocation& in) {
    const std::string target = "/v1/bacs-items/" + query_text(in.text("ID"));
    return show(in, {.method = "GET", .target = target, .body = ""}, bacs_report);
}

} // namespace

std::vector<Command> bacs_commands() {
    const Option tenant = tenant_option("whose Bacs items (default main)");
    return {
        {.name = "bacs", .sentence = "see Bacs credits on their way, direct debits and mandates"},
        {.name = "bacs list",
         .sentence = "list what the bank reports of Bacs",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({{.name = "--subject",
                                        .value = "SUBJECT",
                                        .help = "those of one kind",
                                        .choices = {"credit", "direct_debit", "mandate"}},
                                       tenant}),
         .run = run_list},
        {.name = "bacs show",
         .sentence = "show a Bacs credit, a direct debit or a mandate",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "its id, bac_…"}},
         .options = {tenant},
         .run = run_show},
    };
}

} // namespace settled::cli
