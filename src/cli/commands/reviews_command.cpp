// `settled reviews`: what a person must decide, out into a spreadsheet and back.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/commands/review_commands.h"
#include "cli/commands/review_import.h"
#include "cli/invocation.h"
#include "cli/progress.h"
#include "cli/reports/review_table.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace settled::cli {

namespace {

// A review of 64 candidates has some 1,900 members; a document, 10,000 (limits::json_members_max).
constexpr int reviews_per_call = 5;

// The file appears under its name when it is whole.
class OutputFile {
  public:
    explicit OutputFile(std::string path) : path_(std::move(path)) {
        if (!path_.empty())
            file_ = std::fopen(part().c_str(), "wb");
    }
    ~OutputFile() {
        if (!path_.empty() && file_ != nullptr)
            std::fclose(file_);
    }
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    Result<> write(const std::string& text) {
        if (file_ == nullptr || std::fwrite(text.data(), 1, text.size(), file_) != text.size())
            return failed();
        return {};
    }
    Result<> finish() {
        if (std::fflush(file_) != 0)
            return failed();
        if (path_.empty())
            return {};
        std::error_code error;
        if (std::fclose(std::exchange(file_, nullptr)) != 0)
            return failed();
        std::filesystem::rename(part(), path_, error);
        return error ? failed() : Result<>{};
    }

  private:
    std::string part() const { return path_ + ".part"; }
    std::unexpected<Error> failed() const {
        return fail(Code::io_failed,
                    path_.empty() ? "the output cannot be written" : part() + " cannot be written");
    }

    std::string path_;
    std::FILE* file_ = stdout;
};

std::string target_of(const Invocation& in, const std::string& after) {
    std::string target = fmt::format("/v1/reviews?limit={}", reviews_per_call);
    const std::string status = in.text("--status", "open");
    if (status != "all")
        target += "&status=" + status;
    if (!after.empty())
        target += "&after=" + after;
    return target;
}

// A page at a time: nothing is held beyond it.
Result<> export_reviews(const Invocation& in, ApiSession& api) {
    OutputFile out(in.text("--out"));
    wire::CsvWriter csv;
    write_review_header(csv);
    std::string after;
    do {
        TRY(const Answered page, api.ask({"GET", target_of(in, after), ""}));
        const auto reviews = page.root().member("data");
        for (std::size_t i = 0; reviews && i < reviews->size(); ++i)
            write_review_rows(csv, reviews->at(i));
        TRY_VOID(out.write(csv.take()));
        after = page.at("next");
    } while (!after.empty());
    return out.finish();
}

int run_export(Invocation& in) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto done = export_reviews(in, *api);
    return done ? exit_done : api->report(done.error());
}

constexpr std::array<std::string_view, 4> actions{"accept", "split", "reject", "close"};
constexpr std::array<Outcome, 4> outcomes{Outcome::done, Outcome::done_before, Outcome::stands,
                                          Outcome::refused};

std::size_t count(const std::vector<PlannedDecision>& plan,
                  const std::vector<DecisionResult>& results, std::string_view action,
                  Outcome outcome) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < results.size(); ++i)
        found += (action.empty() || plan[i].action == action) && results[i].outcome == outcome;
    return found;
}

void print_table(const std::vector<PlannedDecision>& plan,
                 const std::vector<DecisionResult>& results, bool dry_run) {
    const auto line = [&](std::string_view name, std::string_view action) {
        fmt::print("{:8}", name);
        for (const Outcome outcome : outcomes)
            fmt::print("{:>14}", count(plan, results, action, outcome));
        fmt::print("\n");
    };
    fmt::print("{:8}{:>14}{:>14}{:>14}{:>14}\n", "", dry_run ? "would be done" : "done",
               "done before", "stands so", "refused");
    for (const std::string_view action : actions)
        line(action, action);
    line("all", "");
    for (std::size_t i = 0; i < results.size(); ++i)
        if (results[i].outcome == Outcome::refused)
            fmt::print("line {}: {} {} is refused: {} ({})\n", plan[i].line, plan[i].action,
                       plan[i].review_id, results[i].detail, results[i].code);
    if (dry_run)
        fmt::print("This was a dry run: nothing was changed.\n");
}

// A line for each decision, and one that counts them.
void print_json(const std::vector<PlannedDecision>& plan,
                const std::vector<DecisionResult>& results, bool dry_run) {
    for (std::size_t i = 0; i < results.size(); ++i) {
        wire::JsonWriter w;
        w.object().member("line", static_cast<std::uint64_t>(plan[i].line));
        w.member("review_id", plan[i].review_id).member("decision", plan[i].action);
        w.member("outcome", token(results[i].outcome));
        w.member("code", results[i].code).member("detail", results[i].detail).end();
        fmt::print("{}\n", w.text());
    }
    wire::JsonWriter w;
    w.object().member("dry_run", dry_run);
    for (const Outcome outcome : outcomes)
        w.member(token(outcome), static_cast<std::uint64_t>(count(plan, results, "", outcome)));
    w.end();
    fmt::print("{}\n", w.text());
}

Result<std::vector<PlannedDecision>> read_plan(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in || std::filesystem::is_directory(path))
        return fail(Code::io_failed, path + " cannot be read");
    return read_review_plan(in, std::filesystem::path(path).filename().string());
}

int run_import(Invocation& in) {
    const auto plan = read_plan(in.text("FILE"));
    if (!plan) {
        (void)in.out().problem(plan.error());
        return exit_usage;
    }
    auto api = in.api();
    if (!api)
        return exit_usage;
    const bool dry_run = in.has("--dry-run");
    Progress bar;
    std::vector<DecisionResult> results;
    const auto done = carry_out(*api, *plan, {dry_run}, results, [&](std::size_t made) {
        bar.show(dry_run ? "checking" : "deciding", made, plan->size());
    });
    bar.end();
    if (in.out().is_json())
        print_json(*plan, results, dry_run);
    else
        print_table(*plan, results, dry_run);
    if (!dry_run && !results.empty())
        in.changed(api->name());
    if (!done)
        return api->report(done.error());
    return count(*plan, results, "", Outcome::refused) == 0 ? exit_done : exit_partly;
}

std::string review_line(const wire::Json& review) {
    const std::string decisions = list_at(review, "decisions", ", ");
    const std::string decided =
        fmt::format("{} by {}", text_at(review, "decision"), safe(text_at(review, "actor")));
    const bool is_open = text_at(review, "status") == "open";
    return is_open                               ? "takes " + decisions
           : text_at(review, "decision").empty() ? "closed by a fact"
                                                 : decided;
}

std::string listed(const std::vector<wire::Json>& reviews) {
    if (reviews.empty())
        return "there is nothing to decide\n";
    std::vector<TableLine> lines{{"ID", "KIND", "SUBJECT", "CREATED", "DECISION"}};
    for (const wire::Json& review : reviews)
        lines.push_back({text_at(review, "id"), text_at(review, "kind"),
                         text_at(review, "subject_id"), text_at(review, "created_at"),
                         review_line(review)});
    return table(lines);
}

int run_list(Invocation& in) {
    const std::string status = in.text("--status", "open");
    std::string target = status == "all" ? "/v1/reviews" : "/v1/reviews?status=" + status;
    if (in.has("--kind"))
        target += (status == "all" ? "?kind=" : "&kind=") + query_text(in.text("--kind"));
    return show_list(in, target, listed);
}

int run_show(Invocation& in) {
    return show(in,
                {.method = "GET", .target = "/v1/reviews/" + query_text(in.text("ID")), .body = ""},
                review_report);
}

int run_decide(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("decision", in.text("--decision")).member("reason", in.text("--reason"));
    if (!in.text("--transaction").empty())
        w.member("transaction_id", in.text("--transaction"));
    w.end();
    return show(in,
                {.method = "POST",
                 .target = fmt::format("/v1/reviews/{}/decide", query_text(in.text("ID"))),
                 .body = std::move(w).text()},
                review_report);
}

Command list_command(const Option& tenant) {
    return {.name = "reviews list",
            .sentence = "list reviews",
            .place = Place::server,
            .output = Output::both,
            .options = with_list_options({{.name = "--status",
                                           .value = "STATUS",
                                           .help = "open (default), closed or all",
                                           .choices = {"open", "closed", "all"}},
                                          {.name = "--kind",
                                           .value = "KIND",
                                           .help = "only those, such as settlement_ambiguous"},
                                          tenant}),
            .run = run_list};
}

} // namespace

Option review_actor_option() {
    return {.name = "--actor",
            .value = "NAME",
            .help = "who decided; it is kept as operator:NAME (default: operator)",
            .on_the_machine = true};
}

// What it is about follows as the API shows it: each kind has other evidence.
std::string review_report(const wire::Json& review) {
    std::string text = fmt::format("{} {}\n\n{}", text_at(review, "kind"), review_line(review),
                                   facts({{"id", text_at(review, "id")},
                                          {"about", text_at(review, "subject_id")},
                                          {"reason", safe(text_at(review, "reason"))},
                                          {"created", text_at(review, "created_at")},
                                          {"closed", text_at(review, "closed_at")}}));
    for (const std::string_view member :
         {"detail", "order", "return", "link", "posting", "booking", "settlement"})
        if (const auto evidence = review.member(member))
            text += fmt::format("\n{} {}\n", member, indented(evidence->raw()));
    return text;
}

std::vector<Command> reviews_commands() {
    const Option tenant = tenant_option("whose reviews (default main)");
    std::vector<Command> commands{
        {.name = "reviews", .sentence = "decide what a person must decide, one by one or in bulk"},
        list_command(tenant),
        {.name = "reviews show",
         .sentence = "show a review and what it is about",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the review's id, rev_…"}},
         .options = {tenant},
         .run = run_show},
        {.name = "reviews decide",
         .sentence = "decide about an order, a return, a link, a posting or an unexplained debit",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the review's id, rev_…"}},
         .options = {{.name = "--decision",
                      .value = "DECISION",
                      .help = "one of those that `reviews show` names",
                      .choices = {"ask_again", "settled", "never_paid", "release", "post_again",
                                  "drop", "try_again", "adjust", "came_back", "came_in", "close"},
                      .required = true},
                     {.name = "--transaction",
                      .value = "ID",
                      .help = "of `settled`: the bank's id of the transaction; the bank is asked "
                              "for it"},
                     {.name = "--reason",
                      .value = "TEXT",
                      .help = "why; of never_paid, the source of that evidence",
                      .required = true},
                     review_actor_option(),
                     tenant},
         .notes = "The maker of an order does not decide that it was never paid: another API key, "
                  "or another --actor, does. No decision sends a payment a second time.",
         .run = run_decide},
        {.name = "reviews export",
         .sentence =
             "write reviews as CSV, a row for each candidate, to be decided in a spreadsheet",
         .place = Place::server,
         .options = {{.name = "--status",
                      .value = "STATUS",
                      .help = "open (default), closed or all",
                      .choices = {"open", "closed", "all"}},
                     {.name = "--out",
                      .value = "FILE",
                      .help = "a file (default: standard output)"},
                     tenant},
         .run = run_export},
        {.name = "reviews import",
         .sentence = "carry out the decisions in such a file: accept, reject or close, each with a "
                     "reason",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "FILE", .help = "the file, with decisions filled in"}},
         .options = {{.name = "--dry-run",
                      .help = "have the server check every decision, and change nothing"},
                     review_actor_option(),
                     tenant},
         .notes =
             "Rows without a decision are passed over. `accept` takes the candidate of its row; "
             "on several rows of one review, each with its amount in the column `part`, it "
             "shares the settlement out. The same file again does nothing twice.",
         .statuses = {{exit_done, "everything is done"},
                      {exit_usage, "the file cannot be used, or the words are wrong; nothing was "
                                   "done"},
                      {exit_partly, "something was refused, for instance since it was decided "
                                    "meanwhile; the rest is done"}},
         .run = run_import},
    };
    const auto decisions = review_decision_commands();
    commands.insert(commands.begin() + 3, decisions.begin(), decisions.end());
    return commands;
}

} // namespace settled::cli
