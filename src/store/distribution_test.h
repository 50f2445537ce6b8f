// How the tables would be laid over the machines of a database that spreads them by a column
// (docs/operating/scaling.md): what the tests of catalogues and statements hold the schema to.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store::testing {

// Spread by tenant: a row lies with the other rows of its tenant, so a unit of work has one place.
inline const std::set<std::string, std::less<>>& spread_tables() {
    static const std::set<std::string, std::less<>> all{"account",
                                                        "webhook",
                                                        "webhook_key",
                                                        "payment",
                                                        "settlement",
                                                        "match_key",
                                                        "search_word",
                                                        "settlement_match",
                                                        "match_end",
                                                        "reversal",
                                                        "sweep",
                                                        "review",
                                                        "event",
                                                        "task",
                                                        "attempt",
                                                        "idempotency",
                                                        "minted_reference",
                                                        "evidence_seal",
                                                        "statement",
                                                        "statement_entry",
                                                        "feed_waiting",
                                                        "feed_entry",
                                                        "feed_end",
                                                        "connector_state",
                                                        "bank_key_use",
                                                        "key_end",
                                                        "call",
                                                        "call_try",
                                                        "movement",
                                                        "payment_order",
                                                        "account_link",
                                                        "money_return",
                                                        "subject_webhook",
                                                        "bacs_item",
                                                        "bank_transaction",
                                                        "catch_up",
                                                        "endpoint_state",
                                                        "delivery_body",
                                                        "redelivery",
                                                        "consumer",
                                                        "statement_request",
                                                        "statement_request_part",
                                                        "posting",
                                                        "booking",
                                                        "notification",
                                                        "change_entry",
                                                        "purged",
                                                        "purged_evidence",
                                                        "purge",
                                                        "figure",
                                                        "money_sum"};
    return all;
}

// Whole on every machine: small, read by all, and written by people or once in seconds. A unique
// name or hash in them is looked up before the tenant is known.
inline const std::map<std::string, std::string, std::less<>>& whole_tables() {
    static const std::map<std::string, std::string, std::less<>> all{
        {"tenant", "a row a tenant; names are unique among all"},
        {"api_key", "found by its hash: the caller says no tenant"},
        {"console_session", "found by its hash: the browser says no tenant"},
        {"sign_in_link", "found by its hash: the browser says no tenant"},
        {"console_operator", "found by its name: who signs in says no tenant"},
        {"portal_link", "found by its hash: the browser says no tenant"},
        {"connector", "found by its name in /hooks/{connector}: the bank says no tenant"},
        {"endpoint", "every node has all of them in memory; a few rows a tenant"},
        {"rule_set", "every node has the present ones in memory; a few rows a tenant"},
        {"key_outage", "a row for each key that cannot be used; every node reads all"},
        {"node", "a row a node"},
        {"job", "a row a job"},
        {"book", "a row a book"},
        {"institution_profile", "a row an institution; one node writes them, in batches"},
        {"receiver_cap", "a row for each bank that accounts are at"},
        {"institution_bank", "a row a bank; written as profiles are"},
        {"institution_seed", "a row an institution; written by people"},
        {"learning_cursor", "a row a tenant"},
        {"installation", "a few rows of the whole installation"},
        {"restore_end", "a row a tenant; written by people"},
        {"schema_migration", "a row a migration"},
        {"writer_mark", "a row a writer, PostgreSQL's own; a hot row, but each on its own"},
    };
    return all;
}

// Indexes of spread tables that do not begin with the tenant, and why.
inline const std::map<std::string, std::string, std::less<>>& other_indexes() {
    static const std::map<std::string, std::string, std::less<>> all{
        {"task_due", "workers ask by endpoint, which has one tenant; timers are asked for all"},
        {"idempotency_age", "retention asks for what is old, of all tenants"},
    };
    return all;
}

struct CatalogueIndex {
    std::string table;
    std::string name;
    bool is_unique = false; // a primary key, too
    std::vector<std::string> columns;
};

// Says what is wrong about an index where rows are spread by tenant; empty: nothing.
inline std::string problem_of(const CatalogueIndex& index) {
    if (whole_tables().contains(index.table))
        return {};
    if (!spread_tables().contains(index.table))
        return index.table + " is neither a spread nor a whole table: say which";
    if (!index.columns.empty() && index.columns.front() == "tenant_id")
        return {};
    if (!index.is_unique && other_indexes().contains(index.name))
        return {};
    return index.name + " on " + index.table + " does not begin with tenant_id" +
           (index.is_unique ? ", and could not be kept unique across machines" : "");
}

// What the tests of both engines' catalogues expect.
inline void expect_spread(const std::vector<CatalogueIndex>& indexes) {
    std::set<std::string> seen;
    for (const CatalogueIndex& index : indexes) {
        EXPECT_EQ(problem_of(index), "");
        seen.insert(index.table);
    }
    for (const std::string& table : spread_tables())
        EXPECT_TRUE(seen.contains(table)) << table << " is not in the schema, or has no key";
}

} // namespace settled::store::testing
