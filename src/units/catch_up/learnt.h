// One settlement for each connector, transaction of the bank and side, however it is learnt: by a
// webhook or by the bank's query. The later source only completes it.
#pragma once

#include "connectors/clearbank/transactions.h"
#include "domain/reversal.h"
#include "domain/settlement.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <cstdint>
#include <optional>

namespace settled::units {

// A webhook reports money that came in. Returns the id of its settlement: `settlement.id` where it is
// new, another where a query has shown it before, to which what the webhook says was added; nullopt
// where it is known as money that came back for an order, and a person is asked. Called under
// add_settling_locks() of it.
store::Step<std::optional<SettlementId>> credit_reported(store::Session& s, const UnitScope& work,
                                                         ConnectorId connector,
                                                         const domain::Settlement& settlement);
// A webhook reports money that was sent back. False: a query has shown it before.
store::Step<bool> reversal_reported(store::Session& s, const UnitScope& work, ConnectorId connector,
                                    const domain::Reversal& reversal);

// What a transaction that the query shows is to us.
enum class ShownAs : std::uint8_t {
    known,      // a webhook or an earlier query reported it
    under_way,  // the money has not moved
    settlement, // money that came in and is missing here
    movement,   // a debit that nothing explains
    order,      // of an order of ours
    waiting,    // a credit with an order's end-to-end id: only a webhook says what it is
};
// Decides what it is and, unless it is only to be counted, carries it over. Under Lock::calls of the bank.
store::Step<ShownAs> learn_transaction(store::Session& s, const UnitScope& work, const Bank& bank,
                                       const connectors::clearbank::BankTransaction& transaction,
                                       bool count_only);

} // namespace settled::units
