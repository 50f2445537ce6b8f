// `settled export`: settlements and what they were matched to, as CSV or JSON lines.
#include "app/api_answer.h"
#include "app/commands.h"
#include "app/query.h"
#include "net/http.h"
#include "wire/csv_writer.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>

namespace settled::app {

namespace {

// A row has some 65 members; a document, 10,000 (limits::json_members_max).
constexpr int rows_per_call = 100;

struct Options {
    InstallationOptions installation;
    std::string which;
    std::string format = "csv";
    std::string since, until, account;
    std::string tenant = "main";
};

// Columns and where they stand in a row of the API. `outside`: somebody else wrote it.
struct Column {
    std::string_view name;
    std::string_view path;
    bool outside = false;
};
constexpr std::array<Column, 23> columns{{
    {"settlement_id", "settlement.id"},
    {"status", "settlement.status"},
    {"amount", "settlement.amount.value"},
    {"currency", "settlement.amount.currency"},
    {"settled_at", "settlement.settled_at"},
    {"received_at", "settlement.received_at"},
    {"account", "settlement.account.iban", true},
    {"scheme", "settlement.scheme", true},
    {"transaction_id", "settlement.transaction_id", true},
    {"end_to_end_id", "settlement.end_to_end_id", true},
    {"reference", "settlement.reference", true},
    {"counterparty_name", "settlement.counterparty.name", true},
    {"counterparty_account", "settlement.counterparty.iban", true},
    {"match_id", "match.id"},
    {"match_rank", "match.rank"},
    {"match_rule", "match.rule"},
    {"matched_at", "match.matched_at"},
    {"payment_id", "payment.id"},
    {"payment_client_id", "payment.client_id", true},
    {"payment_amount", "payment.amount.value"},
    {"payment_currency", "payment.amount.currency"},
    {"payment_reference", "payment.reference", true},
    {"payment_end_to_end_id", "payment.end_to_end_id", true},
}};

std::string target_of(const Options& options, const std::string& after) {
    std::string target =
        fmt::format("/v1/exports?limit={}&tenant={}", rows_per_call, query_text(options.tenant));
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty())
            target += fmt::format("&{}={}", name, query_text(value));
    };
    add("status", options.which == "all" ? "" : options.which);
    add("since", options.since);
    add("until", options.until);
    add("account", options.account);
    add("after", after);
    return target;
}

void write_row(wire::CsvWriter& csv, const wire::Json& row) {
    for (const Column& column : columns) {
        const std::string value = text_at(row, column.path);
        if (column.outside)
            csv.text(value);
        else
            csv.plain(value);
    }
    csv.end_row();
}

Result<> put(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
        return fail(Code::io_failed, "the output cannot be written");
    return {};
}

// A page at a time: nothing is held beyond it.
Result<> export_rows(const Options& options, ApiSession& session) {
    wire::CsvWriter csv;
    if (options.format == "csv") {
        for (const Column& column : columns)
            csv.plain(column.name);
        csv.end_row();
    }
    std::string after;
    do {
        TRY(const Answered page, ask(session, {"GET", target_of(options, after), ""}));
        const auto rows = page.root().member("data");
        std::string lines;
        for (std::size_t i = 0; rows && i < rows->size(); ++i) {
            if (options.format == "csv")
                write_row(csv, rows->at(i));
            else
                lines.append(rows->at(i).raw()) += '\n';
        }
        TRY_VOID(put(csv.take() + lines));
        after = page.at("next");
    } while (!after.empty());
    if (std::fflush(stdout) != 0)
        return fail(Code::io_failed, "the output cannot be written");
    return {};
}

int run_export(const Options& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    ApiSession session(*config);
    const auto done = export_rows(options, session);
    return done ? 0 : report_unless_told(done.error());
}

} // namespace

void add_export(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = line.root.add_subcommand(
        "export", "write settlements and their matches as CSV or JSON lines");
    options->installation.add_to(*command, false);
    command->add_option("which", options->which, "matched, unmatched, ambiguous or all")
        ->required()
        ->check(CLI::IsMember({"matched", "unmatched", "ambiguous", "all"}));
    command->add_option("--format", options->format, "csv (default) or jsonl")
        ->check(CLI::IsMember({"csv", "jsonl"}));
    command->add_option("--since", options->since,
                        "received at this time or later: 2026-11-22 or 2026-11-22T10:00:00Z");
    command->add_option("--until", options->until, "received before this time");
    command->add_option("--account", options->account,
                        "IBAN, or \"sort code, space, account number\"");
    command->add_option("--tenant", options->tenant, "whose settlements (default main)");
    command->callback([&line, options] { line.exit_status = run_export(*options); });
}

} // namespace settled::app
