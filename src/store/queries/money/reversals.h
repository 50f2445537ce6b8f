// Rows of reversals: money of a settlement that went back.
#pragma once

#include "domain/reversal.h"
#include "store/session.h"
#include "store/step.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace settled::store {

Step<> insert_reversal(Session& s, TenantId tenant, const domain::Reversal& reversal);
Step<std::optional<domain::Reversal>> find_reversal(Session& s, TenantId tenant, ReversalId id);
Step<std::vector<domain::Reversal>> find_reversals(Session& s, TenantId tenant,
                                                   std::vector<std::int64_t> ids);
// All, by id, those above `after`.
Step<std::vector<domain::Reversal>> walk_reversals(Session& s, TenantId tenant, std::int64_t after,
                                                   std::size_t most);
Step<> update_reversal(Session& s, TenantId tenant, ReversalId id, domain::ReversalStatus status,
                       SettlementId settlement);

// Of money of an account that went back in [from, before), oldest first.
Step<std::vector<domain::Reversal>> reversals_of_account(Session& s, TenantId tenant,
                                                         std::string account_key, Instant from,
                                                         Instant before, std::size_t limit);

} // namespace settled::store
