// A person says what a credit is that only the bank's query has shown (review credit_unclear): money of
// an order that came back, or money that came in.
#pragma once

#include "base/error.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::units {

enum class CreditRuling : std::uint8_t {
    came_back, // the order is returned
    came_in,   // it is a settlement
};
// The decision as the review keeps it.
std::string_view token(CreditRuling ruling);
std::optional<CreditRuling> credit_ruling_named(std::string_view token);

// Closes the review with the decision, its reason and who made it. Fails, and writes nothing, with
// not_found and state_conflict (a webhook has said it; no order has its end-to-end id and amount).
store::Step<Result<>> rule_on_credit(store::Session& s, const Context& context, TenantId tenant,
                                     SettlementId credit, CreditRuling ruling, std::string reason,
                                     std::string actor, Instant now);

} // namespace settled::units
