// Money left one of our accounts, or came back: which order it belongs to.
//
// A debit belongs to the order with its end-to-end id, a credit with IsReturn to the order that it
// gives back; never by scheme. Another amount or account opens a review and changes nothing. What
// belongs to nothing that we know is stored and published as settlement.unexplained. One row for each
// transaction of the bank and side, however it is learnt.
#pragma once

#include "connectors/clearbank/transactions.h"
#include "domain/facts.h"
#include "domain/order.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

namespace settled::units {

// Whether it is for us: a debit that is no return, or a credit that is one.
bool is_movement(const domain::SettlementFact& fact);

// Under Lock::calls of the connector.
store::Step<> accept_movement(store::Session& s, const UnitScope& work, ConnectorId connector,
                              WebhookId webhook, const domain::SettlementFact& fact);

// The bank, asked, shows the debit of this order, settled or rejected.
store::Step<> debit_found(store::Session& s, const UnitScope& work, const Bank& bank,
                          domain::Order order,
                          const connectors::clearbank::BankTransaction& transaction);

} // namespace settled::units
