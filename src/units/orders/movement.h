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
#include "store/queries/tasks.h"
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

// The bank's query shows a settled transaction that is for us and that no webhook has reported. One
// without an order is published as unexplained. `may_be_return`: of money that came in, which only a
// webhook says; it is posted on no loan before.
store::Step<> movement_found(store::Session& s, const UnitScope& work, const Bank& bank,
                             const domain::SettlementFact& fact, bool may_be_return);
// The query shows a credit of which only a webhook says whether it is money coming back for an order
// or money that came in: it is kept, and a person is asked if no webhook comes (run_timer.h).
store::Step<> keep_unclear_credit(store::Session& s, const UnitScope& work, const Bank& bank,
                                  const domain::SettlementFact& fact, OrderId order);
// Its timer.
store::Step<> ask_about_credit(store::Session& s, const Context& context, store::TaskRow task,
                               Instant now);
// A webhook says that a credit is money that came in: what was kept of an unclear one is dropped. False:
// a webhook or a person has said that it came back for an order.
store::Step<bool> may_be_income(store::Session& s, const UnitScope& work, ConnectorId connector,
                                std::string_view transaction_id);
// A webhook says that a debit, which a query has shown, is a return: it is explained.
store::Step<> explain_debit(store::Session& s, const UnitScope& work, ConnectorId connector,
                            std::string_view transaction_id, std::int64_t subject);

// The bank, asked, shows the debit of this order, settled or rejected.
store::Step<> debit_found(store::Session& s, const UnitScope& work, const Bank& bank,
                          domain::Order order,
                          const connectors::clearbank::BankTransaction& transaction);

// Why a debit that the bank shows cannot be the order's, "another amount" for instance; "": it may be.
std::string_view debit_mismatch(const domain::Order& order,
                                const connectors::clearbank::BankTransaction& debit);
// The debit shows the account that it was paid to, and that is the order's creditor.
bool is_paid_to_creditor(const domain::Order& order,
                         const connectors::clearbank::BankTransaction& debit);

// A stored movement is reported as one that nothing explains, and put to review by setting.
store::Step<> report_unexplained(store::Session& s, const UnitScope& work, const Bank& bank,
                                 SettlementId movement);

} // namespace settled::units
