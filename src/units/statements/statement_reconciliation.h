// The reconciliation of a bank statement with the live settlements, part by part, and its result.
//
// A reconciliation walks the entries of money that came in by their amounts, a few thousand at a
// time, and links each to the settlement that it reports (statements/pairing.h); at the end it
// looks among all remaining entries for ids that agree where amounts do not. A link stays;
// reconciling again looks only at the remaining entries, so that a webhook which came late is
// found.
//
// Debits, reversals and returns are not reconciled: settlements are money that came in. A
// reconciliation holds when nothing is missing on either side, no entry is ambiguous, no amount
// differs, the balances hold, and the statement follows the one before it. A statement in pages is
// judged with all of them (statements/pages.h).
#pragma once

#include "base/error.h"
#include "statements/pages.h"
#include "statements/pairing.h"
#include "store/queries/money/statement_reconciliation.h"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace settled::units {

// What the next step of a reconciliation will write: read and decided outside of the transaction.
struct ReconciliationStep {
    store::StatementRow before, after;
    std::vector<std::pair<store::EntryKey, statements::Pairing>> pairings; // by entry
};

// Plans the next part of the reconciliation of a statement that is loaded; begins again when it is
// reconciled. Reads only. `entries` are in a part: it is smaller where the writer reads it. Fails with
// statement_incomplete, limit_reached (more than 100,000 entries of one amount).
store::Step<Result<ReconciliationStep>>
plan_reconciliation(store::Session& s, TenantId tenant, store::StatementRow statement, Instant now,
                    std::int64_t entries = store::entries_of_part);
// What is written in one unit of a step, which has a few thousand pairings: a few milliseconds, for
// which webhooks wait.
inline constexpr std::size_t pairings_of_unit = 200;
struct WrittenPairings {
    store::StatementRow row;         // as it is then
    std::optional<std::size_t> next; // the first one that is left to write; nullopt: it is over
};
// Writes the pairings of one unit, from `first` on; with the last of them the reconciliation moves on.
// Writes nothing once another reconciliation was faster. What a crash leaves half written is planned
// again, without the entries that are linked by then.
store::Step<WrittenPairings> write_pairings(store::Session& s, TenantId tenant,
                                            std::shared_ptr<const ReconciliationStep> step,
                                            std::size_t first);
// All of them in one unit.
store::Step<store::StatementRow>
write_reconciliation(store::Session& s, TenantId tenant,
                     std::shared_ptr<const ReconciliationStep> step);

// A statement (not a notification) among those of its account. Fails with limit_reached.
store::Step<Result<statements::Place>> find_place(store::Session& s, TenantId tenant,
                                                  const store::StatementRow& statement);

// The day's control totals: what the statement says and what we know.
struct DayTotals {
    statements::Side credits, debits; // all that was booked
    statements::Side not_followed;    // of both
    std::int64_t not_followed_credits_minor = 0;
    statements::Side settled; // settlements that the entries report, and those that none does
};

struct StatementReconciliation {
    std::map<std::string, statements::Side> by_verdict;
    statements::Side missing_on_statement;
    std::map<Instant, DayTotals> days;
    // Among the statements of its account; of a notification nothing is asked.
    statements::Place place;

    bool holds() const;
};

// Fails with limit_reached.
store::Step<Result<StatementReconciliation>> read_reconciliation(store::Session& s, TenantId tenant,
                                                                 store::StatementRow statement);

} // namespace settled::units
