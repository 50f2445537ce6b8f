// Which payment is behind a settlement, as things stand in the store: loads the candidates of both
// sides and lets match/rules.h decide. Writes nothing.
#pragma once

#include "flow/payment.h"
#include "flow/settlement.h"
#include "match/rules.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <optional>
#include <vector>

namespace settled::units {

struct RankedPayment {
    flow::Payment payment;
    match::Rank rank{};
};

struct Verdict {
    match::Outcome outcome = match::Outcome::none;
    std::vector<RankedPayment> candidates; // one: the payment; ambiguous: the rivals, best first
    std::size_t payments_seen = 0;
    std::size_t settlements_seen = 0;
};

// A match is given only when settlement and payment choose each other.
store::Step<Verdict> judge(store::Session& s, const Context& context, TenantId tenant,
                           const flow::Settlement& settlement);

// Settlements that wait in the block of an identity and may be its counterpart.
store::Step<std::vector<SettlementId>> waiting_settlements(store::Session& s,
                                                           const Context& context, TenantId tenant,
                                                           const match::Identity& payment);

} // namespace settled::units
