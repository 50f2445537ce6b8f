// What the bank reports of Bacs: credits on their way in, direct debits, mandates. Each report is
// written to its item (domain/uk/bacs.h) and published once, whatever order they come in.
//
// All that is here runs under Lock::calls of the connector.
#pragma once

#include "domain/facts.h"
#include "domain/uk/bacs_item.h"
#include "store/queries/calls.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>

namespace settled::units {

// A report. Returns the item as it is then.
store::Step<domain::BacsItem> accept_bacs(store::Session& s, const UnitScope& work,
                                          ConnectorId connector, WebhookId webhook,
                                          const domain::BacsFact& fact);

// A Bacs credit has settled. Returns the item if it was returned before that was known: then the
// settlement goes back, too.
store::Step<std::optional<domain::BacsItem>>
bacs_credit_settled(store::Session& s, const UnitScope& work, ConnectorId connector,
                    WebhookId webhook, const domain::SettlementFact& fact, SettlementId settlement);

// A debit by Bacs, or what a returned one brought back. Returns the direct debit that explains it;
// nullopt: none does.
store::Step<std::optional<domain::BacsItem>>
direct_debit_moved(store::Session& s, const UnitScope& work, ConnectorId connector,
                   WebhookId webhook, const domain::SettlementFact& fact, SettlementId movement);

// The bank was asked what became of a held credit. `reply`: nullopt when none could be read.
store::Step<> read_bacs_query(store::Session& s, const UnitScope& work, const Bank& bank,
                              const store::CallRow& call,
                              const std::optional<domain::CallReply>& reply);

} // namespace settled::units
