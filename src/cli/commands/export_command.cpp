// `settled export`: settlements and what they were matched to, as CSV or JSON lines.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "wire/csv_writer.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>

namespace settled::cli {

namespace {

// A row has some 70 members; a document, 10,000 (limits::json_members_max).
constexpr int rows_per_call = 100;

// Columns and where they stand in a row of the API. `outside`: a bank, a payer or a client wrote
// it.
struct Column {
    std::string_view name;
    std::string_view path;
    bool outside = false;
};
constexpr std::array<Column, 29> columns{{
    {"settlement_id", "settlement.id"},
    {"status", "settlement.status"},
    {"amount", "settlement.amount.value"},
    {"currency", "settlement.amount.currency"},
    {"settled_at", "settlement.settled_at"},
    {"received_at", "settlement.received_at"},
    {"account_iban", "settlement.account.iban", true},
    {"account_sort_code", "settlement.account.sort_code", true},
    {"account_number", "settlement.account.account_number", true},
    {"account_other", "settlement.account.account", true},
    {"scheme", "settlement.scheme", true},
    {"transaction_id", "settlement.transaction_id", true},
    {"end_to_end_id", "settlement.end_to_end_id", true},
    {"reference", "settlement.reference", true},
    {"counterparty_name", "settlement.counterparty.name", true},
    {"counterparty_iban", "settlement.counterparty.iban", true},
    {"counterparty_sort_code", "settlement.counterparty.sort_code", true},
    {"counterparty_account_number", "settlement.counterparty.account_number", true},
    {"counterparty_account_other", "settlement.counterparty.account", true},
    {"match_id", "match.id"},
    {"match_rank", "match.rank"},
    {"match_rule", "match.rule"},
    {"matched_at", "match.matched_at"},
    {"payment_id", "payment.id"},
    {"client_id", "payment.client_id", true},
    {"payment_amount", "payment.amount.value"},
    {"payment_currency", "payment.amount.currency"},
    {"payment_reference", "payment.reference", true},
    {"payment_end_to_end_id", "payment.end_to_end_id", true},
}};

std::string target_of(const Invocation& in, const std::string& after) {
    std::string target = fmt::format("/v1/exports?limit={}", rows_per_call);
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty())
            target += fmt::format("&{}={}", name, query_text(value));
    };
    const std::string which = in.text("WHICH");
    add("status", which == "all" ? "" : which);
    add("since", in.text("--since"));
    add("until", in.text("--until"));
    add("account", in.text("--account"));
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
Result<> export_rows(const Invocation& in, ApiSession& api) {
    const bool is_csv = in.text("--format", "csv") == "csv";
    wire::CsvWriter csv;
    if (is_csv) {
        for (const Column& column : columns)
            csv.plain(column.name);
        csv.end_row();
    }
    std::string after;
    do {
        TRY(const Answered page, api.ask({"GET", target_of(in, after), ""}));
        const auto rows = page.root().member("data");
        std::string lines;
        for (std::size_t i = 0; rows && i < rows->size(); ++i) {
            if (is_csv)
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

int run_export(Invocation& in) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto done = export_rows(in, *api);
    return done ? exit_done : api->report(done.error());
}

} // namespace

std::vector<Command> export_commands() {
    return {{.name = "export",
             .sentence = "write settlements and their matches as CSV or JSON lines",
             .place = Place::server,
             .arguments = {{.name = "WHICH",
                            .help = "matched, unmatched, ambiguous or all",
                            .choices = {"matched", "unmatched", "ambiguous", "all"}}},
             .options = {{.name = "--format",
                          .value = "FORMAT",
                          .help = "csv (default) or jsonl",
                          .choices = {"csv", "jsonl"}},
                         {.name = "--since",
                          .value = "TIME",
                          .help = "received at this time or later: 2026-11-22 or "
                                  "2026-11-22T10:00:00Z"},
                         {.name = "--until", .value = "TIME", .help = "received before this time"},
                         {.name = "--account",
                          .value = "ACCOUNT",
                          .help = "IBAN, or \"sort code, space, account number\""},
                         tenant_option("whose settlements (default main)")},
             .run = run_export}};
}

} // namespace settled::cli
