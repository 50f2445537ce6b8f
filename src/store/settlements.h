// Rows of settlements and of their matches.
#pragma once

#include "flow/settlement.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string_view>
#include <vector>

namespace settled::store {

Step<> insert_settlement(Session& s, TenantId tenant, const flow::Settlement& settlement);
Step<std::optional<flow::Settlement>> find_settlement(Session& s, TenantId tenant, SettlementId id);

struct SettlementFilter {
    std::string status;  // empty: any
    std::string account; // account_key(); empty: any
};
// Newest first, below `before`.
Step<std::vector<flow::Settlement>> list_settlements(Session& s, TenantId tenant,
                                                     SettlementFilter filter, std::int64_t before,
                                                     std::size_t limit);
// A new status and event version.
Step<> update_settlement(Session& s, TenantId tenant, SettlementId id,
                         flow::SettlementStatus status, std::int64_t version);

// One settlement, one payment: a second match of either breaks a constraint.
Step<> insert_match(Session& s, TenantId tenant, const flow::Match& match);
Step<std::optional<flow::Match>> find_match(Session& s, TenantId tenant, MatchId id);
Step<std::optional<flow::Match>> find_match_of_settlement(Session& s, TenantId tenant,
                                                          SettlementId id);
Step<std::optional<flow::Match>> find_match_of_payment(Session& s, TenantId tenant, PaymentId id);
Step<std::vector<flow::Match>> list_matches(Session& s, TenantId tenant, std::int64_t before,
                                            std::size_t limit);

} // namespace settled::store
