// A reviewer says that the bank has settled an order, and names the bank's transaction. The reviewer
// is not believed: the bank is asked for that transaction, and only what it shows settles the order.
//
// The claim is kept with the order's open review. A later claim replaces an earlier one: an answer
// about a transaction that is not claimed any more changes nothing.
//
// All that is here runs under Lock::calls of the order's connector.
#pragma once

#include "domain/call.h"
#include "domain/order.h"
#include "store/queries/calls.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>
#include <string>

namespace settled::units {

struct SettlementClaim {
    std::string transaction_id; // the bank's
    std::string reason;
    std::string actor;
};

// Asks the bank for the transaction, now. Fails, and asks nothing, with state_conflict: no review of the
// order is open.
store::Step<Result<>> claim_settlement(store::Session& s, const UnitScope& work, const Bank& bank,
                                       const domain::Order& order, SettlementClaim claim);

// What the bank has answered. The order is settled where the transaction is a settled debit of the
// order's amount, from its account to its creditor, which no other order has; the review is then closed
// with the reviewer's decision. Anything else stays in the review as `bank_says`, and the order as it is.
// `reply`: nullopt when the bank shows none, or none could be read.
store::Step<> read_claimed(store::Session& s, const UnitScope& work, const Bank& bank,
                           const store::CallRow& call,
                           const std::optional<domain::CallReply>& reply);

} // namespace settled::units
