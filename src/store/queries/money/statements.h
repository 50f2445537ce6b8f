// Rows of bank statements and their entries.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "statements/pages.h"
#include "statements/summary.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

inline constexpr std::string_view statement_loading = "loading";
inline constexpr std::string_view statement_reconciling = "reconciling";
inline constexpr std::string_view statement_reconciled = "reconciled";

// Verdicts of an entry, in addition to the tokens of statements::Verdict.
inline constexpr std::string_view verdict_pending = "pending";
inline constexpr std::string_view verdict_not_followed = "not_followed";

struct StatementRow {
    StatementId id;
    std::string kind;
    std::string format;
    std::string account;
    std::string account_key;
    Currency currency;
    std::string number;
    std::optional<std::int64_t> sequence;
    Instant from, to; // the first and the last day
    std::optional<std::int64_t> opening_minor, closing_minor;
    statements::Side credits, debits;
    Bytes digest;
    std::string status;
    std::int64_t loaded = 0;
    std::int64_t loaded_credits = 0;
    std::int64_t loaded_credits_minor = 0, loaded_debits_minor = 0;
    std::int64_t examined = 0;
    std::int64_t cursor_minor = 0;
    Instant created_at;
    std::optional<Instant> reconciled_at;
    std::string message_id; // of a camt message in pages
    std::optional<std::int64_t> page;
    bool continues = false, goes_on = false;

    std::int64_t entries() const { return credits.count + debits.count; }
};

// False: a statement with this digest is there.
Step<bool> insert_statement(Session& s, TenantId tenant, const StatementRow& row);
Step<std::optional<StatementRow>> find_statement(Session& s, TenantId tenant, StatementId id);
Step<std::optional<StatementRow>> find_statement_by_digest(Session& s, TenantId tenant,
                                                           BytesView digest);
// Newest first, below `before`; `account` empty: of any.
Step<std::vector<StatementRow>> list_statements(Session& s, TenantId tenant, std::string account,
                                                std::int64_t before, std::size_t limit);
// A busy day is some hundred pages; more of two days are not compared with one another.
inline constexpr std::int64_t statements_around_max = 20'000;
// The statements of the account and currency that statements::place_of() looks at, the
// statement itself among them; nullopt: there are more than may be held.
Step<std::optional<std::vector<statements::Sheet>>>
find_statements_around(Session& s, TenantId tenant, const StatementRow& own);

// Statements and notifications of the account that end on one of these days, at most
// statements_around_max.
Step<std::vector<StatementRow>>
statements_that_end(Session& s, TenantId tenant, std::string account_key, Instant from, Instant to);

struct EntryRow {
    std::int64_t number = 0;
    statements::Entry entry; // its amount in the statement's currency
    std::string verdict;
    std::string rung;
    bool as_set = false;
    std::optional<SettlementId> settlement;
};
Step<> insert_entry(Session& s, TenantId tenant, StatementId statement, const EntryRow& row);
// Adds to the number of loaded entries; false: another call has added some meanwhile.
Step<bool> count_entries(Session& s, TenantId tenant, const StatementRow& before,
                         const StatementRow& after);
// In their order, after `after`; `verdict` empty: any.
Step<std::vector<EntryRow>> list_entries(Session& s, TenantId tenant, StatementId statement,
                                         Currency currency, std::string verdict, std::int64_t after,
                                         std::size_t limit);

} // namespace settled::store
