// How much waits, of a tenant: counted by indexes, up to a limit each. Reads only.
#pragma once

#include "base/id.h"
#include "base/money.h"
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

struct MoneyCount {
    Money amount; // the sum
    std::int64_t count = 0;
};
// Rows of: currency, billions of minor units, count, the rest of the minor units. A sum that is too
// large is the largest that there is.
std::vector<MoneyCount> sums_in(const Rows& rows);

// What is still to come of payments of that status, by currency.
Step<std::vector<MoneyCount>> sum_payments(Session& s, TenantId tenant, std::string_view status,
                                           std::int64_t most);
// The one of that status that came first; of unmatched ones none that is booked on a loan.
struct OldestSettlement {
    SettlementId id;
    Instant received_at;
};
Step<std::optional<OldestSettlement>> oldest_settlement(Session& s, TenantId tenant,
                                                        std::string_view status);
// Settlements of that status, by currency; of unmatched ones those that are booked on a loan are left out.
Step<std::vector<MoneyCount>> sum_settlements(Session& s, TenantId tenant, std::string_view status,
                                              std::int64_t most);

} // namespace settled::store
