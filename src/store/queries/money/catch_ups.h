// Catch-ups: the bank is asked for everything since a time, a step after the other. A connector has
// one running at most, by a constraint.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

inline constexpr std::string_view catch_up_running = "running";
inline constexpr std::string_view catch_up_done = "done";
inline constexpr std::string_view catch_up_failed = "failed";

struct CatchUpRow {
    CatchUpId id;
    ConnectorId connector;
    std::string reason; // downtime, restore, request
    Instant since, until;
    bool dry_run = false; // counts what is missing, and changes nothing
    std::string status;
    // Where it is.
    std::int64_t source = 0;
    Instant window_from;
    std::int64_t page = 1;
    std::int64_t pass = 1;                     // over this window
    bool unsettled = false;                    // this pass has seen a transaction that may still go
    std::int64_t after_id = 0;                 // of a source that goes through rows of ours
    std::optional<CallId> call = std::nullopt; // whose reply is awaited
    std::int64_t steps = 0;
    std::int64_t failures = 0; // of this step, one after the other
    Instant next_at;           // when the next step may be taken
    // What it has found.
    std::int64_t seen = 0;
    std::int64_t settlements = 0; // that were missing
    std::int64_t movements = 0;   // that were missing
    std::int64_t orders = 0;      // whose payment was found
    std::int64_t asked = 0;       // orders that the bank was asked about one by one
    std::int64_t waiting = 0;     // credits that wait for their webhook
    std::string failed_for;       // why it failed
    std::string made_by;          // empty: the server
    Instant created_at, updated_at;
    std::optional<Instant> ended_at = std::nullopt;
};

// False: one of the connector is running.
Step<bool> insert_catch_up(Session& s, TenantId tenant, const CatchUpRow& row);
Step<> update_catch_up(Session& s, TenantId tenant, const CatchUpRow& row);
Step<std::optional<CatchUpRow>> find_catch_up(Session& s, TenantId tenant, CatchUpId id);
Step<std::optional<CatchUpRow>> running_catch_up(Session& s, TenantId tenant,
                                                 ConnectorId connector);
// Newest first, below `before`.
Step<std::vector<CatchUpRow>> list_catch_ups(Session& s, TenantId tenant, std::int64_t before,
                                             std::size_t limit);
// Whether one of the connector that was begun since then, and changed what it found, is done.
Step<bool> is_caught_up(Session& s, TenantId tenant, ConnectorId connector, Instant since);

// A transaction of the bank and its side, as it was first learnt.
struct BankTransactionRow {
    ConnectorId connector;
    std::string transaction_id;
    bool credit = true;
    std::int64_t subject = 0; // the settlement or reversal; 0: it waits for its webhook
    bool by_query = false;    // no webhook has come
};
// False: it is there.
Step<bool> insert_bank_transaction(Session& s, TenantId tenant, const BankTransactionRow& row);
Step<std::optional<BankTransactionRow>> find_bank_transaction(Session& s, TenantId tenant,
                                                              ConnectorId connector,
                                                              std::string_view transaction_id,
                                                              bool credit);
Step<> update_bank_transaction(Session& s, TenantId tenant, const BankTransactionRow& row);

} // namespace settled::store
