// `settled reviews`: what a person must decide, out into a spreadsheet and back.
#include "app/commands.h"
#include "app/demo/terminal.h"
#include "app/query.h"
#include "app/review_import.h"
#include "app/review_table.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace settled::app {

namespace {

constexpr int status_unusable = 2; // the file, and nothing was done
constexpr int status_refused = 3;  // some decisions; the others were made

// A review of 64 candidates has some 1,800 members; a document, 10,000 (limits::json_members_max).
constexpr int reviews_per_call = 5;

struct ExportOptions {
    InstallationOptions installation;
    std::string status = "open";
    std::string out;
    std::string tenant = "main";
};

struct ImportOptions {
    InstallationOptions installation;
    std::string file;
    ReviewImport import;
    bool json = false;
};

// The file appears under its name when it is whole.
class Output {
  public:
    explicit Output(std::string path) : path_(std::move(path)) {
        if (!path_.empty())
            file_ = std::fopen(part().c_str(), "wb");
    }
    ~Output() {
        if (!path_.empty() && file_ != nullptr)
            std::fclose(file_);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

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

std::string target_of(const ExportOptions& options, const std::string& after) {
    std::string target =
        fmt::format("/v1/reviews?limit={}&tenant={}", reviews_per_call, query_text(options.tenant));
    if (options.status != "all")
        target += "&status=" + options.status;
    if (!after.empty())
        target += "&after=" + after;
    return target;
}

// A page at a time: nothing is held beyond it.
Result<> export_reviews(const ExportOptions& options, ApiSession& session) {
    Output out(options.out);
    wire::CsvWriter csv;
    write_review_header(csv);
    std::string after;
    do {
        TRY(const Answered page, ask(session, {"GET", target_of(options, after), ""}));
        const auto reviews = page.root().member("data");
        for (std::size_t i = 0; reviews && i < reviews->size(); ++i)
            write_review_rows(csv, reviews->at(i));
        TRY_VOID(out.write(csv.take()));
        after = page.at("next");
    } while (!after.empty());
    return out.finish();
}

int run_export(const ExportOptions& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    ApiSession session(*config);
    const auto done = export_reviews(options, session);
    return done ? 0 : report_unless_told(done.error());
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

int run_import(const ImportOptions& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    const auto plan = read_plan(options.file);
    if (!plan) {
        (void)report(plan.error());
        return status_unusable;
    }
    const demo::Look look = demo::Look::of(stderr);
    demo::Terminal terminal(stderr, look);
    ApiSession session(*config);
    std::vector<DecisionResult> results;
    const auto done = carry_out(session, *plan, options.import, results, [&](std::size_t made) {
        if (look.live)
            terminal.progress(options.import.dry_run ? "checking" : "deciding", made, plan->size());
    });
    if (options.json)
        print_json(*plan, results, options.import.dry_run);
    else
        print_table(*plan, results, options.import.dry_run);
    if (!done)
        return report(done.error());
    return count(*plan, results, "", Outcome::refused) == 0 ? 0 : status_refused;
}

void add_review_export(CommandLine& line, CLI::App& reviews) {
    auto options = std::make_shared<ExportOptions>();
    CLI::App* const command = reviews.add_subcommand(
        "export", "write reviews as CSV, a row for each candidate, to be decided in a spreadsheet");
    options->installation.add_to(*command, false);
    command->add_option("--status", options->status, "open (default), closed or all")
        ->check(CLI::IsMember({"open", "closed", "all"}));
    command->add_option("--out", options->out, "a file (default: standard output)");
    command->add_option("--tenant", options->tenant, "whose reviews (default main)");
    command->callback([&line, options] { line.exit_status = run_export(*options); });
}

void add_review_import(CommandLine& line, CLI::App& reviews) {
    auto options = std::make_shared<ImportOptions>();
    CLI::App* const command = reviews.add_subcommand(
        "import", "carry out the decisions in such a file: accept, reject or close, each with a "
                  "reason");
    options->installation.add_to(*command, false);
    command->add_option("file", options->file, "the file, with decisions filled in")->required();
    command->add_flag("--dry-run", options->import.dry_run,
                      "have the server check every decision, and change nothing");
    command->add_option("--actor", options->import.actor,
                        "who decided; it is kept as operator:NAME (default: operator)");
    command->add_option("--tenant", options->import.tenant, "whose reviews (default main)");
    command->add_flag("--json", options->json,
                      "print a JSON object for each decision and one for all");
    command->footer(
        "Rows without a decision are passed over. `accept` takes the candidate of its row; on "
        "several rows of one\nreview, each with its amount in the column `part`, it shares the "
        "settlement out. The same file again does\nnothing twice.\n"
        "Exit status: 0 when everything is done, 3 when something was refused, for instance since "
        "it was decided\nmeanwhile (the rest is done), 2 when the file cannot be used; then "
        "nothing is.");
    command->callback([&line, options] { line.exit_status = run_import(*options); });
}

} // namespace

void add_reviews(CommandLine& line) {
    CLI::App* const reviews = line.root.add_subcommand(
        "reviews", "decide in bulk what a person must decide: export, fill in, import");
    reviews->require_subcommand(1);
    add_review_export(line, *reviews);
    add_review_import(line, *reviews);
}

} // namespace settled::app
