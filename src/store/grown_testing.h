// Tables as they are after long use, and values to ask for what is in none of them: for tests and
// benches of what statements cost.
//
// Rows are made by SQL, straight into the tables: columns that distinguish rows differ in each;
// there are some lanes, statuses and types; everything else is the same in all, as in a tenant with
// one account. Payment 7, settlement 7 and match 7 belong together, and so on.
#pragma once

#include "store/copy/copy_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::store::testing {

// Tables that grow with the traffic.
inline bool grows(std::string_view table) {
    static constexpr auto all = std::to_array<std::string_view>({"account",
                                                                 "webhook",
                                                                 "webhook_key",
                                                                 "payment",
                                                                 "match_key",
                                                                 "search_word",
                                                                 "settlement_match",
                                                                 "match_end",
                                                                 "settlement",
                                                                 "reversal",
                                                                 "review",
                                                                 "event",
                                                                 "task",
                                                                 "attempt",
                                                                 "idempotency",
                                                                 "evidence_seal",
                                                                 "minted_reference",
                                                                 "statement",
                                                                 "statement_entry",
                                                                 "sweep",
                                                                 "feed_waiting",
                                                                 "feed_entry",
                                                                 "call",
                                                                 "call_try",
                                                                 "payment_order",
                                                                 "account_link",
                                                                 "movement",
                                                                 "money_return",
                                                                 "subject_webhook",
                                                                 "bacs_item",
                                                                 "bank_transaction",
                                                                 "catch_up",
                                                                 "figure",
                                                                 "money_sum",
                                                                 "key_end",
                                                                 "delivery_body",
                                                                 "statement_request",
                                                                 "statement_request_part",
                                                                 "posting",
                                                                 "booking",
                                                                 "notification",
                                                                 "change_entry",
                                                                 "purged",
                                                                 "purged_evidence",
                                                                 "purge"});
    return std::ranges::find(all, table) != all.end();
}

// What a parameter is compared with, or stands for.
enum class Use : std::uint8_t { tenant, equal, below, above, limit };

// "$3" of "id < $3": below.
inline Use use_of(std::string_view sql, int number) {
    const std::string name = fmt::format("${}", number);
    for (std::size_t at = sql.find(name); at != sql.npos; at = sql.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if (end < sql.size() && std::isdigit(static_cast<unsigned char>(sql[end])) != 0)
            continue;
        const std::string_view left = sql.substr(0, at);
        if (left.ends_with("tenant_id = "))
            return Use::tenant;
        if (left.ends_with("LIMIT ") || left.ends_with("OFFSET "))
            return Use::limit;
        if (left.ends_with("< ") || left.ends_with("<= ") || left.ends_with("< ("))
            return Use::below;
        if (left.ends_with("> ") || left.ends_with(">= ") || left.ends_with("> ("))
            return Use::above;
    }
    return Use::equal;
}

inline std::int64_t number_for(Use use) {
    switch (use) {
    case Use::tenant:
        return 1;
    case Use::limit:
        return 50;
    case Use::below:
        return std::numeric_limits<std::int64_t>::max();
    case Use::above:
        return 0;
    case Use::equal:
        break;
    }
    return 999'999'999; // an id of no row
}
inline constexpr std::string_view text_that_nobody_has = "none";

enum class Engine : std::uint8_t { sqlite, postgres };

// SQL for what a column has in the `i`th row.
inline std::string cell_of(const std::string& table, const CopiedColumn& column, Engine engine) {
    using Cells = std::map<std::string, std::string, std::less<>>;
    static const Cells some{
        {"tenant_id", "1"},
        {"lane_id", "i % 50"},
        {"lease_owner", "CASE WHEN i % 100 = 0 THEN 257 ELSE 0 END"},
        {"statement_id", "i / 10"},
        {"type", "'type ' || i % 5"},
        {"verdict", "'verdict ' || i % 5"},
        {"feed", "i % 7 + 1"},
        {"currency", "'GBP'"},
        {"pairing", "'one'"},
        {"subject_kind", "'settlement'"},
        {"evidence", "'{}'"},
        {"detail", "'{}'"},
        {"message", "'{}'"},
        {"content_state", "'fetched'"},
        {"c_account", "'an account'"},
        {"undone", "0"},
        {"waits", "CASE WHEN i % 8 = 0 THEN i / 8 % 3 + 1 ELSE 0 END"},
        {"of_interval", "i / 4 % 2"},
        {"suggested", "0"},
        {"look_again", "0"},
        {"booked", "0"},
    };
    static const Cells statuses{
        {"task", "CASE WHEN i % 4 = 0 THEN 'queued' ELSE 'done' END"},
        {"review", "CASE WHEN i % 4 = 0 THEN 'open' ELSE 'closed' END"},
        {"payment", "CASE WHEN i % 4 = 0 THEN 'overdue' ELSE 'settled' END"},
        {"settlement", "CASE WHEN i % 4 = 0 THEN 'ambiguous' ELSE 'matched' END"},
        {"webhook", "'processed'"},
        {"reversal", "'applied'"},
        {"statement", "'reconciled'"},
        {"statement_request", "CASE WHEN i % 4 = 0 THEN 'requested' ELSE 'done' END"},
        {"call", "CASE WHEN i % 4 = 0 THEN 'queued' ELSE 'done' END"},
        {"payment_order", "CASE WHEN i % 4 = 0 THEN 'submitted' ELSE 'settled' END"},
        {"account_link", "'failed'"},
        {"money_return", "'settled'"},
        {"posting", "CASE WHEN i % 4 = 0 THEN 'in_doubt' ELSE 'posted' END"},
        {"booking", "'ordered'"},
        {"notification", "CASE WHEN i % 4 = 0 THEN 'queued' ELSE 'complete' END"},
        {"bacs_item", "'settled'"},
        {"catch_up", "'done'"},
        {"purge", "CASE WHEN i % 4 = 0 THEN 'running' ELSE 'done' END"},
    };
    static const std::set<std::string> same{
        "connector_id", "side",    "credit", "reversal",     "as_set",        "fence",
        "attempts",     "version", "rank",   "rule_version", "settled_minor", "single_use"};
    static const std::set<std::string> own{"client_id", "key",    "head",      "name",
                                           "dedupe",    "digest", "message_id"};
    if (column.name == "status")
        return statuses.at(table);
    if (column.name == "account_key")
        return table == "account" ? "CAST(i AS text)" : "'account ' || i % 5";
    if (table == "search_word" && column.name == "kind")
        return "1";
    if (table.starts_with("purged") && column.name == "kind")
        return table == "purged" ? "i % 6 + 1" : "i % 5";
    if (table == "purged" && column.name == "endpoint_id")
        return "i % 50";
    if (table == "bacs_item" && column.name == "subject")
        return "CASE WHEN i % 2 = 0 THEN 'payment' ELSE 'mandate' END";
    if (table == "change_entry" && column.name == "actor")
        return "'actor ' || i % 50";
    if (column.name.ends_with("_slot"))
        return "0";
    if (table == "settlement_match" && column.name == "ended_at")
        return "NULL";
    if (const auto found = some.find(column.name); found != some.end())
        return found->second;
    static const std::set<std::pair<std::string, std::string>> own_of_a_table{
        {"call", "request_id"},
        {"payment_order", "end_to_end_id"},
        {"payment_order", "debtor_key"},
        {"account_link", "external_id"},
        {"account_link", "loan_account_id"},
        {"account_link", "virtual_account_id"},
        {"movement", "transaction_id"},
        {"money_return", "end_to_end_id"},
        {"posting", "cause"},
        {"posting", "loan_account_id"},
        {"booking", "asked_id"},
        {"booking", "transaction_key"},
        {"bank_transaction", "transaction_id"},
        {"bacs_item", "bank_id"},
        {"bacs_item", "returned_by"},
        {"change_entry", "subject"},
        {"notification", "composite_key"},
        {"search_word", "word"}};
    const bool is_own = own.contains(column.name) || own_of_a_table.contains({table, column.name});
    if (column.kind == Value::Kind::integer)
        return same.contains(column.name) ? "1" : "i";
    if (column.kind == Value::Kind::text)
        return is_own ? "CAST(i AS text)" : "''";
    const std::string bytes = engine == Engine::postgres ? "bytea" : "blob";
    return is_own ? fmt::format("CAST(CAST(i AS text) AS {})", bytes)
                  : fmt::format("CAST('' AS {})", bytes);
}

// SQL that fills a table.
inline std::string filling_of(const CopiedTable& table, std::int64_t rows, Engine engine) {
    std::string names, cells;
    for (const CopiedColumn& column : table.columns) {
        names += (names.empty() ? "" : ", ") + column.name;
        cells += (cells.empty() ? "" : ", ") + cell_of(table.name, column, engine);
    }
    const std::string insert =
        fmt::format("INSERT INTO {} ({}) SELECT {} FROM ", table.name, names, cells);
    if (engine == Engine::postgres)
        return insert + fmt::format("generate_series(CAST(1 AS bigint), {}) AS n (i)", rows);
    return fmt::format(
               "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) ",
               rows) +
           insert + "n";
}

} // namespace settled::store::testing
