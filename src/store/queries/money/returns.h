// Returns of ours: money that arrived and that we ask the bank to send back. One a settlement.
#pragma once

#include "domain/order.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct ReturnRow {
    ReturnId id;
    std::string client_id; // may be empty
    SettlementId settlement;
    ConnectorId connector;
    std::string scheme;
    std::string transaction_id; // the bank's, of the settlement
    std::string end_to_end_id;  // the settlement's
    std::string reason;         // ours
    domain::OrderStatus status = domain::OrderStatus::queued;
    std::string reason_code; // of a refusal
    std::string detail;
    std::int64_t version = 0;
    Instant created_at, updated_at;
};

// False: the settlement has a return.
Step<bool> insert_return(Session& s, TenantId tenant, const ReturnRow& row);
Step<std::optional<ReturnRow>> find_return(Session& s, TenantId tenant, ReturnId id);
Step<std::optional<ReturnRow>> find_return_of(Session& s, TenantId tenant, SettlementId settlement);
// The last one of a settlement with that end-to-end id.
Step<std::optional<ReturnRow>> find_return_by_end_to_end_id(Session& s, TenantId tenant,
                                                            std::string_view end_to_end_id);
// Those without a final state of settlements with that end-to-end id, which payers choose: a few.
Step<std::vector<ReturnRow>> open_returns_named(Session& s, TenantId tenant,
                                                std::string_view end_to_end_id);
// Whether a return of the connector is neither settled nor rejected.
Step<bool> has_open_returns(Session& s, TenantId tenant, ConnectorId connector);
// Those without a final state, by id, above `after`.
Step<std::vector<ReturnRow>> open_returns_after(Session& s, TenantId tenant, ConnectorId connector,
                                                std::int64_t after, std::size_t limit);
Step<> update_return(Session& s, TenantId tenant, const ReturnRow& row);
// Newest first, below `before`.
Step<std::vector<ReturnRow>> list_returns(Session& s, TenantId tenant, std::int64_t before,
                                          std::size_t limit);

// Made in [from, before), of all accounts, oldest first.
Step<std::vector<ReturnRow>> returns_made(Session& s, TenantId tenant, Instant from, Instant before,
                                          std::size_t limit);

} // namespace settled::store
