// The store's part in reconciling a statement: entries and settlements of one range of amounts, and
// the totals of the result.
#pragma once

#include "domain/settlement.h"
#include "statements/pairing.h"
#include "store/queries/money/statements.h"

#include <map>

namespace settled::store {

struct EntryKey {
    StatementId statement;
    std::int64_t number = 0;
};

// Entries that are to be paired, and the settlements that they may report.
struct ReconciliationPart {
    std::vector<statements::Booked> entries;
    std::vector<EntryKey> keys; // of the entries, one each
    std::vector<statements::Known> settlements;
    std::int64_t to_minor = 0; // amounts up to this one, and more than the row's cursor
    bool is_whole = true;      // false: there was more than may be held
};

// After the last range of amounts: the remaining entries and settlements of all of them.
inline constexpr std::int64_t cursor_at_end = 0x7FFFFFFFFFFFFFFF;

// Entries of one part: what is paired at a time is bounded.
inline constexpr std::int64_t entries_of_part = 5000;
// The next entries by their amounts, so many and all others of the last one's amount; with the
// remaining entries of its other pages: which page reports a settlement is decided among all of them.
Step<ReconciliationPart> read_proof_part(Session& s, TenantId tenant, const StatementRow& statement,
                                         const std::vector<StatementId>& other_pages,
                                         std::int64_t entries);
// All remaining ones on both sides, up to a bound; the entries are the statement's own.
Step<ReconciliationPart> read_leftovers(Session& s, TenantId tenant, const StatementRow& statement,
                                        const std::vector<StatementId>& other_pages);

// Writes status, cursor, examined and reconciled_at; false: another reconciliation has done this part.
Step<bool> move_reconciliation(Session& s, TenantId tenant, const StatementRow& before,
                               const StatementRow& after);
Step<> write_pairing(Session& s, TenantId tenant, StatementId statement, std::int64_t number,
                     const statements::Pairing& pairing);

// Entries of one day, verdict and direction.
struct EntryTotal {
    Instant day;
    std::string verdict;
    bool credit = true;
    statements::Side total;
};
Step<std::vector<EntryTotal>> sum_entries(Session& s, TenantId tenant, StatementId statement);
// Settlements, and payments of ours that came back, that entries report, by the entry's day.
Step<std::map<Instant, statements::Side>> sum_linked(Session& s, TenantId tenant,
                                                     StatementId statement);
// Settlements of a statement's account and currency in [from, before) that no statement of kind
// `statement` reports.
Step<std::map<Instant, statements::Side>> sum_missing(Session& s, TenantId tenant,
                                                      const StatementRow& statement, Instant from,
                                                      Instant before);
Step<std::vector<domain::Settlement>> list_missing(Session& s, TenantId tenant,
                                                   const StatementRow& statement, Instant from,
                                                   Instant before, std::int64_t below,
                                                   std::size_t limit);

} // namespace settled::store
