// How much waits, of a tenant: counted by indexes, up to a limit each. Reads only.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct CountSince {
    std::int64_t count = 0;
    std::optional<Instant> oldest_at;
};
// Deliveries of that status.
Step<CountSince> count_deliveries(Session& s, TenantId tenant, std::string_view status,
                                  std::int64_t most);
// Timers and other tasks of the server whose time has come; deliveries are not among them. Of all tenants' first
// `most`.
Step<std::int64_t> count_due_tasks(Session& s, TenantId tenant, Instant now, std::int64_t most);
// Open reviews, by their kind.
struct OpenReviews {
    std::map<std::string, std::int64_t> by_kind;
    CountSince all;
};
Step<OpenReviews> count_open_reviews(Session& s, TenantId tenant, std::int64_t most);
// Calls of a connector that were not sent, or have no readable reply yet.
Step<std::int64_t> count_waiting_calls(Session& s, TenantId tenant, ConnectorId connector,
                                       std::int64_t most);
// When its last webhook came that was read.
Step<std::optional<Instant>> last_webhook_at(Session& s, TenantId tenant, ConnectorId connector);
Step<std::int64_t> count_orders_in_doubt(Session& s, TenantId tenant, std::int64_t most);

// The one of that status that came first; of unmatched ones none that is booked on a loan.
struct OldestSettlement {
    SettlementId id;
    Instant received_at;
};
Step<std::optional<OldestSettlement>> oldest_settlement(Session& s, TenantId tenant,
                                                        std::string_view status);

} // namespace settled::store
