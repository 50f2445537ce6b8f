// `settled import`: statements of the bank, proved against what the server knows.
#include "app/commands.h"
#include "app/demo/terminal.h"
#include "app/statement_import.h"
#include "app/statement_report.h"

#include <fmt/format.h>

#include <map>
#include <unistd.h>

namespace settled::app {

namespace {

constexpr int status_gaps = 3; // the statements were read, and something is missing

struct Options {
    InstallationOptions installation;
    std::vector<std::string> files;
    std::vector<std::string> columns; // "date=Booking Date"
    std::string delimiter;
    ImportOptions import;
    bool json = false;
};

Result<> read_csv_options(Options& options) {
    statements::CsvOptions& csv = options.import.csv;
    for (const std::string& column : options.columns) {
        const std::size_t sign = column.find('=');
        const std::string name = column.substr(0, sign);
        if (sign == column.npos || !statements::is_csv_column(name))
            return fail(Code::value_invalid,
                        fmt::format("--column {}: it is NAME=HEADER, NAME one of those that "
                                    "docs/statements.md lists",
                                    column));
        csv.columns[name] = column.substr(sign + 1);
    }
    if (options.delimiter == "tab")
        csv.delimiter = '\t';
    else if (!options.delimiter.empty())
        csv.delimiter = options.delimiter.front();
    csv.account = options.import.account;
    return {};
}

// Nothing of any file is sent before all of them were read.
Result<bool> import_files(const Options& options, ApiSession& session) {
    const demo::Look look = demo::Look::of(stderr);
    demo::Terminal terminal(stderr, look);
    ImportProgress progress = [](std::string_view, std::size_t, std::size_t) {};
    if (look.live)
        progress = [&](std::string_view what, std::size_t done, std::size_t total) {
            terminal.progress(what, done, total);
        };
    std::vector<std::vector<statements::Summary>> summaries;
    for (const std::string& file : options.files) {
        TRY(auto summary, summarize(file, options.import, progress));
        summaries.push_back(std::move(summary));
    }
    bool holds = true;
    for (std::size_t i = 0; i < options.files.size(); ++i) {
        TRY(const auto results,
            send_statements(session, options.files[i], summaries[i], options.import, progress));
        for (const Answered& result : results) {
            holds = holds && result.at("proof.holds") == "true";
            if (options.json) {
                fmt::print("{}\n", result.body());
            } else {
                TRY_VOID(print_statement(session, options.files[i], result, options.import.tenant));
            }
        }
    }
    return holds;
}

int run_import(Options& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    if (const auto read = read_csv_options(options); !read)
        return report(read.error());
    ApiSession session(*config);
    const auto holds = import_files(options, session);
    if (!holds)
        return report_unless_told(holds.error());
    return *holds ? 0 : status_gaps;
}

void add_csv_options(CLI::App& command, Options& options) {
    command.add_option("--column", options.columns,
                       "CSV: NAME=HEADER, which column is what; may be given several times");
    command
        .add_option("--delimiter", options.delimiter,
                    "CSV: one character, or tab (default: as the header has it)")
        ->check([](const std::string& given) {
            return given.size() == 1 || given == "tab" ? "" : "give one character, or tab";
        });
    command.add_flag("--decimal-comma", options.import.csv.decimal_comma, "CSV: 1.234,56");
    const std::map<std::string, statements::DateForm> dates{
        {"ymd", statements::DateForm::iso},
        {"dmy", statements::DateForm::day_first},
        {"mdy", statements::DateForm::month_first}};
    command
        .add_option("--dates", options.import.csv.dates,
                    "CSV: ymd (2026-11-22, default), dmy (22/11/2026) or mdy (11/22/2026)")
        ->transform(CLI::CheckedTransformer(dates));
    command.add_option("--currency", options.import.csv.currency,
                       "CSV: where there is no column for it");
}

} // namespace

void add_import(CommandLine& line) {
    auto options = std::make_shared<Options>();
    options->import.tenant = "main";
    CLI::App* const command = line.root.add_subcommand(
        "import", "prove bank statements (camt.053, camt.054, MT940, CSV) against settlements");
    options->installation.add_to(*command, false);
    command->add_option("files", options->files, "statement files")
        ->required()
        ->check(CLI::ExistingFile);
    const std::map<std::string, statements::Format> formats{{"camt", statements::Format::camt},
                                                            {"mt940", statements::Format::mt940},
                                                            {"csv", statements::Format::csv}};
    command
        ->add_option("--format", options->import.format,
                     "camt, mt940 or csv (default: by what is in the file)")
        ->transform(CLI::CheckedTransformer(formats));
    command->add_option(
        "--account", options->import.account,
        "the account's IBAN, where the file writes it in another way or not at all");
    command->add_option("--tenant", options->import.tenant, "whose account (default main)");
    command->add_flag("--json", options->json, "print each statement with its proof as JSON");
    add_csv_options(*command, *options);
    command->footer(
        "Exit status: 0 when every proof holds, 3 when something is missing or does "
        "not add up, 1 when a file\ncannot be read or taken in; then nothing of it is.");
    command->callback([&line, options] { line.exit_status = run_import(*options); });
}

} // namespace settled::app
