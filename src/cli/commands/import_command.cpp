// `settled import`: statements of the bank, reconciled against what the server knows.
#include "cli/commands.h"
#include "cli/commands/statement_import.h"
#include "cli/invocation.h"
#include "cli/progress.h"
#include "cli/reports/statement_report.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <sys/resource.h>

#include <cctype>
#include <set>
#include <utility>

namespace settled::cli {

namespace {

// The io threads of a server on this machine, which are at 10, go before the reading of a large file.
constexpr int nice_of_import = 15;

// As the words of a file are compared.
std::vector<std::string> words_of(std::vector<std::string> words) {
    for (std::string& word : words)
        for (char& c : word)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return words;
}

// What the options say of a CSV; the error is a sentence.
std::expected<ImportOptions, std::string> read_options(const Invocation& in) {
    ImportOptions options;
    options.account = in.text("--account");
    const std::string format = in.text("--format");
    options.format = format == "camt"    ? statements::Format::camt
                     : format == "mt940" ? statements::Format::mt940
                     : format == "csv"   ? statements::Format::csv
                                         : statements::Format::by_content;
    statements::CsvOptions& csv = options.csv;
    csv.account = options.account;
    csv.decimal_comma = in.has("--decimal-comma");
    csv.currency = in.text("--currency", csv.currency);
    const std::string dates = in.text("--dates");
    csv.dates = dates == "dmy"   ? statements::DateForm::day_first
                : dates == "mdy" ? statements::DateForm::month_first
                                 : statements::DateForm::iso;
    csv.two_digit_years = in.has("--two-digit-years");
    csv.has_header = !in.has("--no-header");
    csv.skip_lines = in.number<std::size_t>("--skip-lines", 0);
    csv.skip_last_lines = in.number<std::size_t>("--skip-last-lines", 0);
    csv.booked_words = words_of(in.all("--booked"));
    csv.credit_words = words_of(in.all("--credit-words"));
    csv.debit_words = words_of(in.all("--debit-words"));
    for (const std::string& column : in.all("--column")) {
        const std::size_t sign = column.find('=');
        const std::string name = column.substr(0, sign);
        if (sign == column.npos || !statements::is_csv_column(name))
            return std::unexpected(fmt::format("--column {}: it is NAME=HEADER, NAME one of those "
                                               "that docs/statements.md lists",
                                               column));
        csv.columns[name] = column.substr(sign + 1);
    }
    const std::string delimiter = in.text("--delimiter");
    if (delimiter.size() > 1 && delimiter != "tab")
        return std::unexpected("--delimiter takes one character, or tab");
    if (!delimiter.empty())
        csv.delimiter = delimiter == "tab" ? '\t' : delimiter.front();
    return options;
}

// A statement that was sent, with its file.
struct Imported {
    std::string file;
    SentStatement statement;
};

Result<std::vector<Imported>> send_files(const std::vector<std::string>& paths,
                                         const ImportOptions& options, ApiSession& api,
                                         const ImportProgress& progress) {
    std::vector<StatementFile> files;
    for (const std::string& path : paths) {
        TRY(auto file, summarize(path, options, progress));
        files.push_back(std::move(file));
    }
    std::vector<Imported> imported;
    for (const StatementFile& file : files) {
        TRY(auto sent, send_statements(api, file, options, progress));
        for (SentStatement& statement : sent)
            imported.push_back({file.path, std::move(statement)});
    }
    return imported;
}

void report_passed_over(const Printer& out, const Imported& one) {
    if (!out.is_json()) {
        fmt::print("{}: passed over: the account {} is not registered (POST "
                   "/v1/accounts)\n",
                   one.file, safe(one.statement.account));
        return;
    }
    wire::JsonWriter w;
    w.object().key("passed_over").object().member("file", one.file);
    w.member("account", one.statement.account);
    w.member("reason", info(Code::account_unknown).token).end().end();
    out.json(w.text());
}

// Whether everything was taken and every reconciliation holds.
Result<bool> import_files(const std::vector<std::string>& paths, const ImportOptions& options,
                          ApiSession& api) {
    Progress bar;
    const ImportProgress progress = [&bar](std::string_view what, std::size_t done,
                                           std::size_t total) { bar.show(what, done, total); };
    TRY(const auto imported, send_files(paths, options, api, progress));
    std::set<std::string> reconciled;
    for (const Imported& one : imported)
        if (one.statement.id && reconciled.insert(*one.statement.id).second)
            TRY_VOID(reconcile_statement(api, *one.statement.id, progress));
    bar.end();
    if (reconciled.empty())
        return fail(Code::account_unknown,
                    fmt::format("{}: the account {} is none of yours; register it first, or say "
                                "with --account which one is meant",
                                imported.front().file, imported.front().statement.account));
    bool holds = true;
    for (const Imported& one : imported) {
        if (!one.statement.id) {
            holds = false;
            report_passed_over(api.out(), one);
            continue;
        }
        TRY(const Answered result, api.ask({"GET", "/v1/statements/" + *one.statement.id, ""}));
        holds = holds && result.at("reconciliation.holds") == "true";
        if (api.out().is_json())
            api.out().json(result.body());
        else
            TRY_VOID(print_statement(api, one.file, result));
    }
    return holds;
}

int run_import(Invocation& in) {
    const auto options = read_options(in);
    if (!options)
        return in.usage(options.error());
    auto api = in.api();
    if (!api)
        return exit_usage;
    ::setpriority(PRIO_PROCESS, 0, nice_of_import);
    const auto holds = import_files(in.all("FILE"), *options, *api);
    if (!holds)
        return api->report(holds.error());
    in.changed(api->name());
    return *holds ? exit_done : exit_partly;
}

std::vector<Option> import_options() {
    return {
        {.name = "--format",
         .value = "FORMAT",
         .help = "camt, mt940 or csv (default: by what is in the file)",
         .choices = {"camt", "mt940", "csv"}},
        {.name = "--account",
         .value = "IBAN",
         .help =
             "only this account of the files; also where a file writes it in another way or not "
             "at all"},
        tenant_option("whose account (default main)"),
        {.name = "--column",
         .value = "NAME=HEADER",
         .help = "CSV: which column is what",
         .many = true},
        {.name = "--delimiter",
         .value = "CHARACTER",
         .help = "CSV: one character, or tab (default: as the header has it)"},
        {.name = "--decimal-comma", .help = "CSV: 1.234,56"},
        {.name = "--dates",
         .value = "ORDER",
         .help = "CSV: ymd (2026-11-22, default), dmy (22/11/2026) or mdy (11/22/2026)",
         .choices = {"ymd", "dmy", "mdy"}},
        {.name = "--two-digit-years", .help = "CSV: 22/11/26"},
        {.name = "--currency", .value = "CODE", .help = "CSV: where there is no column for it"},
        {.name = "--booked",
         .value = "WORDS",
         .help = "CSV: of a column of statuses, those that mean booked",
         .commas = true},
        {.name = "--credit-words",
         .value = "WORDS",
         .help = "CSV: of a column of directions, those that mean money in",
         .commas = true},
        {.name = "--debit-words",
         .value = "WORDS",
         .help = "CSV: of a column of directions, those that mean money out",
         .commas = true},
        {.name = "--no-header",
         .help = "CSV: the first line is an entry, and columns are called 1, 2, …"},
        {.name = "--skip-lines",
         .value = "N",
         .help = "CSV: lines above the header (default: up to the line with the columns named)",
         .is_number = true,
         .most = 1000},
        {.name = "--skip-last-lines",
         .value = "N",
         .help = "CSV: lines below the entries",
         .is_number = true,
         .most = 100}};
}

} // namespace

std::vector<Command> import_commands() {
    return {
        {.name = "import",
         .sentence =
             "reconcile bank statements (camt.053, camt.054, MT940, CSV) against settlements",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "FILE", .help = "statement files", .many = true, .is_file = true}},
         .options = import_options(),
         .statuses = {{exit_done, "every reconciliation holds"},
                      {exit_failed, "a file cannot be read or taken in; then nothing is"},
                      {exit_partly, "something is missing or does not add up, or an account was "
                                    "passed over that is not registered"}},
         .run = run_import}};
}

} // namespace settled::cli
