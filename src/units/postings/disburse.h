// Money that left by the bank is booked on its loan: of an order that was started here, and of a debit
// that no order explains.
#pragma once

#include "domain/call.h"
#include "domain/order.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/postings.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"
#include "units/postings/core_bank.h"

namespace settled::units {

// The order's status has changed: to what it has now. What it means for the loan, or for the booking
// that started it, is committed with it.
store::Step<> order_changed(store::Session& s, const UnitScope& work, const domain::Order& order);

// A debit that no order, return of ours or direct debit explains. True: it is a disbursement of a
// linked loan, and is posted; the core banking system may still say that it is none.
store::Step<bool> disburse_unexplained(store::Session& s, const UnitScope& work,
                                       ConnectorId connector, const store::MovementRow& movement);
// A debit that no order explains has an end-to-end id in the form of such a key: it is checked before it is
// posted.
bool needs_debit_check(const store::PostingRow& posting);
store::Step<> check_debit_first(store::Session& s, const UnitScope& work, const CoreBank& core,
                                const store::PostingRow& posting, Instant due_at);
// Whether its end-to-end id is the key of a transaction of the core banking system, which then is
// no disbursement that the bank has started.
store::Step<> read_debit_check(store::Session& s, const UnitScope& work, const CoreBank& core,
                               store::PostingRow posting, const domain::ReplyVerdict& verdict);

} // namespace settled::units
