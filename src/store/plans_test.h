// No statement passes over rows that it does not want: what the tests of both engines share.
//
// Each engine is asked for every statement's plan, and carries it out on tables of some thousand
// rows with values that fit none of them, or all: `status = $2` for a status that no row has, `id <
// $3` for an id that is above all. What is left to do then is what the statement passes over in the
// worst case. It does not grow with the tables, or the statement is in the list below.
#pragma once

#include "store/grown_testing.h"
#include "store/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::store::testing {

inline constexpr std::int64_t rows_of_a_grown_table = 5'000;

// Statements that go through a whole table that grows, and why they may.
struct WholeTable {
    std::string_view part; // of the statement's text
    std::string_view why;
};
inline constexpr std::array whole_table_statements{
    WholeTable{"SELECT count(*) FROM (SELECT id FROM task WHERE status = 'queued'",
               "a gauge: what is queued, by an index that has nothing else, up to a limit"},
    WholeTable{"SELECT count(*) FROM (SELECT id FROM payment WHERE tenant_id = $1 AND status",
               "rekey, which writes new keys for all that is open"},
    WholeTable{"SELECT CAST(COALESCE(sum(amount_minor), 0) AS bigint) FROM payment_order",
               "the limit of a day, where one is set: the orders of the last 24 hours, which "
               "PostgreSQL may find in the table where they are a third of it"},
    WholeTable{"UPDATE call SET status = 'cancelled'",
               "removal of a connector, which has no open orders: the queries that still wait"},
    WholeTable{"SELECT count(*) FROM payment WHERE tenant_id = $1",
               "audit verify, which reads all"},
    WholeTable{"SELECT count(*) FROM settlement WHERE tenant_id = $1",
               "audit verify, which reads all"},
    WholeTable{"SELECT count(*) FROM reversal WHERE tenant_id = $1",
               "audit verify, which reads all"},
    WholeTable{"SELECT count(*) FROM settlement_match WHERE tenant_id = $1",
               "audit verify, which reads all"},
    WholeTable{"SELECT count(*) FROM match_end WHERE tenant_id = $1",
               "audit verify, which reads all"},
    WholeTable{"DELETE FROM feed_waiting WHERE tenant_id = $1 AND id >= $2 AND id <= $3",
               "what the statement before it has found, which is cut"},
    WholeTable{"SELECT (SELECT count(*) FROM feed_entry WHERE tenant_id = $1 AND feed IN",
               "audit verify, of what was not sealed yet"},
    WholeTable{"SELECT id, id FROM payment WHERE tenant_id = $1 AND id > $2 AND (settled_minor",
               "audit verify, a page of what it has not read yet"},
    WholeTable{"SELECT id, id FROM settlement_match WHERE tenant_id = $1 AND id > $2 AND actor",
               "audit verify, a page of what it has not read yet"},
    WholeTable{"SELECT id, match_id FROM match_end WHERE tenant_id = $1 AND id > $2 AND actor",
               "audit verify, a page of what it has not read yet"},
    WholeTable{"FROM settlement WHERE tenant_id = $1 AND id < $2 AND id >= $3 AND received_at",
               "an export, by its cursor, of what arrived in a period; the ids are of that period"},
    WholeTable{"SELECT name, cursor_id FROM sweep WHERE tenant_id = $1",
               "a row for each kind of sweep and each time that rules name"},
};

inline const WholeTable* whole_table_of(std::string_view sql) {
    const auto* const found = std::ranges::find_if(
        whole_table_statements, [&](const WholeTable& each) { return sql.contains(each.part); });
    return found == whole_table_statements.end() ? nullptr : found;
}

inline std::vector<std::string> words_of(std::string_view sql) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : sql) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
            word += c;
            continue;
        }
        if (!word.empty())
            words.push_back(std::exchange(word, {}));
    }
    if (!word.empty())
        words.push_back(word);
    return words;
}

// By which names a statement calls its tables: "m" of "FROM settlement_match m".
inline std::map<std::string, std::string> tables_by_name(std::string_view sql) {
    static const std::set<std::string> before{"FROM", "JOIN", "INTO", "UPDATE"};
    static const std::set<std::string> keywords{"WHERE", "SET",   "ON",    "ORDER",  "JOIN",
                                                "LEFT",  "CROSS", "LIMIT", "VALUES", "GROUP"};
    std::map<std::string, std::string> tables;
    const auto words = words_of(sql);
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (!before.contains(words[i - 1]))
            continue;
        tables[words[i]] = words[i];
        if (i + 1 < words.size() && !keywords.contains(words[i + 1]))
            tables[words[i + 1]] = words[i];
    }
    return tables;
}

} // namespace settled::store::testing
