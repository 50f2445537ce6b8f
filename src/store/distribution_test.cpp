// Every statement of the store against the rules for a database that is spread over machines: one
// that says its tenant goes to one place; one that does not asks them all.
#include "store/distribution_test.h"

#include "store/copy/copy_tables.h"
#include "store/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace settled::store {
namespace {

std::vector<std::string> words_of(std::string_view sql) {
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

// The spread tables that it reads or writes, each as often as it names them.
std::vector<std::string> spread_tables_in(std::string_view sql) {
    static const std::set<std::string> before{"FROM", "JOIN", "INTO", "UPDATE"};
    std::vector<std::string> tables;
    const auto words = words_of(sql);
    for (std::size_t i = 1; i < words.size(); ++i)
        if (before.contains(words[i - 1]) && testing::spread_tables().contains(words[i]))
            tables.push_back(words[i]);
    return tables;
}

// A spread table needs its tenant: as a value, or as that of a table that has it.
bool says_its_tenant(std::string_view sql) {
    const auto words = words_of(sql);
    const auto tenants = std::ranges::count(words, "tenant_id");
    const auto needed = static_cast<std::ptrdiff_t>(spread_tables_in(sql).size());
    const bool has_value = sql.contains("tenant_id = $") ||
                           (sql.starts_with("INSERT INTO ") && sql.contains(" (tenant_id"));
    return needed == 0 || (has_value && tenants >= needed);
}

struct Exception {
    std::string_view part; // of the statement's text
    std::string_view why;
};

constexpr std::array exceptions{
    Exception{"FROM idempotency WHERE created_at", "retention, by one node for all tenants"},
    Exception{"UPDATE task SET lease_owner = $4", "a claim of what nobody holds, by endpoint: not "
                                                  "the way of a delivery that starts from memory"},
    Exception{"UPDATE task SET lease_owner = 0 WHERE lease_owner = $1",
              "what a node held, when it ends or has died"},
    Exception{"AND lease_owner > 0 AND (tenant_id, id) IN", "orphans, once a minute, by one node"},
    Exception{"SELECT e.id FROM endpoint e", "workers look for work ten times a second each"},
    Exception{"AND lane_id = 0 AND lease_owner = 0", "timers, by one node for all tenants"},
    Exception{"FROM feed_waiting w WHERE w.tenant_id = t.id", "nodes look for what waits for its "
                                                              "position, ten times a second"},
    Exception{"FROM purge p WHERE p.tenant_id = t.id", "the node that purges looks for what is to "
                                                       "be done, once a second"},
    Exception{"FROM figure f WHERE f.tenant_id = t.id",
              "the node that does the retention looks for "
              "the oldest figure of each tenant"},
    Exception{"FROM money_sum m WHERE m.tenant_id = t.id",
              "the node that does the retention looks for "
              "the oldest sum of each tenant"},
    Exception{"SELECT min(due_at) FROM task", "when a worker is to look next"},
    Exception{"SELECT count(*) FROM (SELECT id FROM task", "a gauge, bounded; and what an endpoint "
                                                           "is owed, bounded"},
    Exception{"AND st.endpoint_id = e.id WHERE e.status = 'active'",
              "workers' cache of endpoints, when it changes"},
    Exception{"SELECT c.id FROM connector c WHERE NOT EXISTS (SELECT 1 FROM connector_state",
              "a worker looks for calls of all tenants: a few connectors, which every machine has"},
};

const Exception* exception_of(std::string_view sql) {
    const auto* const found = std::ranges::find_if(
        exceptions, [&](const Exception& each) { return sql.contains(each.part); });
    return found == exceptions.end() ? nullptr : found;
}

bool is_of_a_copy(const Statement& statement) {
    return std::ranges::any_of(copied_tables(), [&](const CopiedTable& table) {
        return table.page.get() == &statement || table.insert.get() == &statement;
    });
}

TEST(Distribution, every_statement_says_its_tenant_or_why_not) {
    for (const Statement* statement : Statement::all()) {
        if (says_its_tenant(statement->text()) || is_of_a_copy(*statement))
            continue;
        EXPECT_NE(exception_of(statement->text()), nullptr) << statement->text();
    }
}

TEST(Distribution, every_exception_is_needed) {
    for (const Exception& each : exceptions) {
        const bool is_needed = std::ranges::any_of(Statement::all(), [&](const Statement* s) {
            return s->text().contains(each.part) && !says_its_tenant(s->text());
        });
        EXPECT_TRUE(is_needed) << each.part << ": " << each.why;
    }
}

TEST(Distribution, a_statement_without_its_tenant_would_be_found) {
    EXPECT_FALSE(says_its_tenant("SELECT id FROM payment WHERE id = $1"));
    EXPECT_FALSE(says_its_tenant("UPDATE task SET status = $1 WHERE id = $2"));
    EXPECT_FALSE(says_its_tenant("SELECT p.id FROM payment p JOIN event e ON e.subject_id = p.id "
                                 "WHERE p.tenant_id = $1"));
    EXPECT_TRUE(says_its_tenant("SELECT p.id FROM payment p JOIN event e ON e.tenant_id = "
                                "p.tenant_id AND e.subject_id = p.id WHERE p.tenant_id = $1"));
    EXPECT_TRUE(says_its_tenant("SELECT number FROM node"));
}

} // namespace
} // namespace settled::store
