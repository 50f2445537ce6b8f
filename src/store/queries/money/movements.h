// Movements: what the bank booked on our accounts other than money that came in: debits, and what
// came back. One row for each transaction and side, however it was learnt.
#pragma once

#include "base/id.h"
#include "base/money.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct MovementRow {
    SettlementId id;
    ConnectorId connector;
    std::optional<WebhookId> webhook; // nullopt: a query showed it
    std::string transaction_id;       // the bank's
    bool credit = false;
    bool is_return = false;
    Money amount;
    std::string scheme;
    std::string end_to_end_id;
    std::string account; // ours, as the bank gives it
    std::string account_key;
    std::string counterparty_name;
    std::string counterparty_account;
    Instant settled_at, received_at;
    std::int64_t subject_id = 0; // the order or return that it belongs to; 0: none that we know
};

// False: this transaction's side is there.
Step<bool> insert_movement(Session& s, TenantId tenant, const MovementRow& row);
Step<std::optional<MovementRow>> find_movement(Session& s, TenantId tenant, SettlementId id);
Step<std::optional<MovementRow>> find_movement_of(Session& s, TenantId tenant,
                                                  ConnectorId connector,
                                                  std::string_view transaction_id, bool credit);
Step<> set_movement_subject(Session& s, TenantId tenant, SettlementId id, std::int64_t subject);
// It is said what a query has shown before. False: it is there no more.
Step<bool> complete_movement(Session& s, TenantId tenant, SettlementId id, const MovementRow& row);
// One that a query has shown. False: it is there no more, or it is said what it is.
Step<bool> remove_unclear_movement(Session& s, TenantId tenant, SettlementId id);
// Those that belong to nothing that we know, newest first, below `before`.
Step<std::vector<MovementRow>> unexplained_movements(Session& s, TenantId tenant,
                                                     std::int64_t before, std::size_t limit);

// Settled in [from, before) on the account, oldest first.
Step<std::vector<MovementRow>> movements_of_account(Session& s, TenantId tenant,
                                                    std::string account_key, Instant from,
                                                    Instant before, std::size_t limit);

} // namespace settled::store
