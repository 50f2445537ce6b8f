// `settled import`: statements of the bank, reconciled against what the server knows.
#include "cli/commands.h"
#include "cli/commands/statement_import.h"
#include "cli/invocation.h"
#include "cli/progress.h"
#include "cli/reports/statement_report.h"

#include <fmt/format.h>

#include <array>

namespace settled::cli {

namespace {

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

// Nothing of any file is sent before all of them were read.
Result<bool> import_files(const std::vector<std::string>& files, const ImportOptions& options,
                          ApiSession& api) {
    Progress bar;
    const ImportProgress progress = [&bar](std::string_view what, std::size_t done,
                                           std::size_t total) { bar.show(what, done, total); };
    std::vector<std::vector<statements::Summary>> summaries;
    for (const std::string& file : files) {
        TRY(auto summary, summarize(file, options, progress));
        summaries.push_back(std::move(summary));
    }
    bool holds = true;
    for (std::size_t i = 0; i < files.size(); ++i) {
        TRY(const auto results, send_statements(api, files[i], summaries[i], options, progress));
        bar.end();
        for (const Answered& result : results) {
            holds = holds && result.at("reconciliation.holds") == "true";
            if (api.out().is_json())
                api.out().json(result.body());
            else
                TRY_VOID(print_statement(api, files[i], result));
        }
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
         .help = "the account, where the file writes it in another way or not at all"},
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
        {.name = "--currency", .value = "CODE", .help = "CSV: where there is no column for it"}};
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
                      {exit_failed, "a file cannot be read or taken in; then nothing of it is"},
                      {exit_partly, "something is missing or does not add up"}},
         .run = run_import}};
}

} // namespace settled::cli
