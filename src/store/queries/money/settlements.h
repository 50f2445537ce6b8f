// Rows of settlements: each with its status, its version and the payments ruled out for it.
#pragma once

#include "domain/settlement.h"
#include "store/queries/feeds.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string_view>
#include <vector>

namespace settled::store {

Step<> insert_settlement(Session& s, TenantId tenant, const domain::Settlement& settlement);
Step<std::optional<domain::Settlement>> find_settlement(Session& s, TenantId tenant,
                                                        SettlementId id);
// All of these, which exist, in the order of their ids.
Step<std::vector<domain::Settlement>> find_settlements(Session& s, TenantId tenant,
                                                       std::vector<std::int64_t> ids);

struct SettlementFilter {
    std::string status;  // empty: any
    std::string account; // account_key(); empty: any
};
// Newest first, below `before`.
Step<std::vector<domain::Settlement>> list_settlements(Session& s, TenantId tenant,
                                                       SettlementFilter filter, std::int64_t before,
                                                       std::size_t limit);
// A new status and event version.
struct SettlementMove {
    domain::SettlementStatus before; // as it was read
    domain::SettlementStatus after;
    std::int64_t version; // from then on
};
Step<> update_settlement(Session& s, TenantId tenant, SettlementId id, SettlementMove move);

// What a later source says of a settlement that is open: who, which account, which reference.
Step<> complete_settlement(Session& s, TenantId tenant, const domain::Settlement& settlement);

// Replaces the list of payments that reviewers have ruled out for this settlement.
Step<> update_refused(Session& s, TenantId tenant, SettlementId id,
                      const std::vector<PaymentId>& refused);
// The same, when a match of the settlement is undone.
Step<> mark_undone(Session& s, TenantId tenant, SettlementId id,
                   const std::vector<PaymentId>& refused);
// Whether a review suggests payments for it, and whether those are to be searched again.
Step<> mark_suggested(Session& s, TenantId tenant, SettlementId id, bool suggested);
Step<> mark_to_look_again(Session& s, TenantId tenant, SettlementId id, bool look_again);

// Forward, in the order of the feed.
Step<FeedPage<domain::Settlement>> settlements_after(Session& s, TenantId tenant, FeedPlace after,
                                                     std::size_t limit);

} // namespace settled::store
