// Settlements with what they were matched to, for export to other systems.
#pragma once

#include "domain/match.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "store/money_sums.h"
#include "store/session.h"
#include "store/step.h"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace settled::store {

struct ExportFilter {
    std::string status;                                      // empty: any
    std::string account;                                     // account_key(); empty: any
    Instant since;                                           // received from then on
    Instant until{std::numeric_limits<std::int64_t>::max()}; // and before that
};

struct ExportRow {
    SettlementId id;
    domain::Settlement settlement;
    std::optional<domain::Match> match;     // the last that lives
    std::optional<domain::Payment> payment; // of the match
};

// The settlements alone, newest first, below `before`.
Step<std::vector<SettlementId>> find_received(Session& s, TenantId tenant, ExportFilter filter,
                                              std::int64_t before, std::size_t limit);
// The sums of the newest `most` of that status that were received in the filter's time, by currency.
Step<std::vector<MoneyCount>> sum_received(Session& s, TenantId tenant, ExportFilter filter,
                                           std::int64_t most);

// Newest first, below `before`.
Step<std::vector<ExportRow>> list_exports(Session& s, TenantId tenant, ExportFilter filter,
                                          std::int64_t before, std::size_t limit);

} // namespace settled::store
