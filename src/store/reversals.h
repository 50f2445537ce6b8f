// Rows of reversals: money of a settlement that went back.
#pragma once

#include "flow/reversal.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>

namespace settled::store {

Step<> insert_reversal(Session& s, TenantId tenant, const flow::Reversal& reversal);
Step<std::optional<flow::Reversal>> find_reversal(Session& s, TenantId tenant, ReversalId id);
Step<> update_reversal(Session& s, TenantId tenant, ReversalId id, flow::ReversalStatus status,
                       SettlementId settlement);

} // namespace settled::store
