// A client asks for an outbound payment, or asks for it once more.
#pragma once

#include "domain/order.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::units {

struct OrderRequest {
    TenantId tenant;
    domain::NewOrder order;
    std::optional<OrderId> retry_of = std::nullopt;
    Instant now;
    std::string made_by = {}; // the API key or operator that asks
};

struct OrderAnswer {
    domain::Order order;
    std::string connector; // its name
    bool is_new = false;
};

// Commits the order as `queued`; a worker moves it into a call. The same order again is the same
// order. Fails, and writes nothing, with: connector_unknown, connector_receives_only,
// order_conflict, end_to_end_id_taken, debtor_unknown, debtor_address_missing, member_missing (a
// debtor's name for CHAPS), modulus_failed, outside_hours, over_limit. A CHAPS order that is taken
// outside the hours has the next opening in `not_before`.
store::Step<Result<OrderAnswer>> register_order(store::Session& s, const Context& context,
                                                std::shared_ptr<const OrderRequest> request);

// The same payment again, as another order: only of one that is rejected or returned, and once.
// Fails with not_found, retry_not_allowed, order_conflict and what register_order says.
store::Step<Result<OrderAnswer>> retry_order(store::Session& s, const Context& context,
                                             TenantId tenant, OrderId id, std::string client_id,
                                             Instant now, std::string made_by = {});

} // namespace settled::units
