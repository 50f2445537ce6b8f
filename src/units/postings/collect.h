// Money that arrived is booked on its loan, or, where the core banking system takes no repayment,
// kept or sent back to its sender, by setting.
//
// A repayment belongs to the loan whose live link has the IBAN that was credited. A virtual account
// without a link belongs to no loan (`unknown`). What arrived on the institution's own account, or
// on one that the bank does not hold, is none of ours to book or to send back.
#pragma once

#include "domain/call.h"
#include "store/queries/money/postings.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"
#include "units/postings/core_bank.h"

#include <optional>

namespace settled::units {

// A credit was stored as this settlement, in the same unit. `connector`: the bank's.
store::Step<> collect(store::Session& s, const UnitScope& work, ConnectorId connector,
                      SettlementId settlement);

// Its timer: money on an account that belongs to no loan is not sent back before a payment that it may be
// for can have been registered.
store::Step<> collect_later(store::Session& s, const Context& context, store::TaskRow task,
                            Instant now);

// The repayment that was made of it last.
store::Step<std::optional<store::PostingRow>> repayment_of(store::Session& s, const UnitScope& work,
                                                           SettlementId settlement);

// The loan, read after its repayment was refused.
store::Step<> read_refusal(store::Session& s, const UnitScope& work, const CoreBank& core,
                           store::PostingRow posting, const domain::ReplyVerdict& verdict,
                           const std::optional<domain::CallReply>& reply);

// The bank shows that the money went back: what was posted is taken back.
store::Step<> settlement_went_back(store::Session& s, const UnitScope& work,
                                   SettlementId settlement);

// A person: the bank refused to send the money back, and its repayment was taken back before. It is
// posted once more, under another external id. False: there is no such repayment, or the money has gone
// back after all. Takes the lock.
store::Step<bool> collect_again(store::Session& s, UnitScope work, SettlementId settlement);

} // namespace settled::units
