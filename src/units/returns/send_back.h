// Money that arrived is sent back: a client asks for it, the bank is called, and the bank's webhook
// about the debit ends it. One return a settlement.
#pragma once

#include "domain/call.h"
#include "domain/facts.h"
#include "domain/money_return.h"
#include "store/queries/calls.h"
#include "store/queries/money/returns.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <memory>
#include <optional>
#include <string>

namespace settled::units {

struct ReturnRequest {
    TenantId tenant;
    std::string client_id; // may be empty
    SettlementId settlement;
    domain::ReturnReason reason = domain::ReturnReason::other;
    Instant now;
    // The core banking system took no repayment of it, and so it goes back by setting.
    bool is_refused_repayment = false;
};
struct ReturnAnswer {
    store::ReturnRow row;
    bool is_new = false;
};
// Commits the return with its call; that of a CHAPS return goes when CHAPS is open. The same again is
// the same return. Of a settlement whose repayment is posted, the repayment is adjusted first, and the
// bank is called when it is. Fails, and writes nothing, with: not_found, return_exists,
// state_conflict (it went back already), scheme_not_offered, connector_receives_only,
// return_too_late, posting_in_progress.
store::Step<Result<ReturnAnswer>> register_return(store::Session& s, const Context& context,
                                                  std::shared_ptr<const ReturnRequest> request);

// What came of a try of a return's call. Under Lock::calls.
store::Step<> read_return(store::Session& s, const UnitScope& work, const Bank& bank,
                          const store::CallRow& call, const domain::ReplyVerdict& verdict);
// Its repayment was adjusted: a return that waited for that is asked of the bank now.
store::Step<> return_unblocked(store::Session& s, const UnitScope& work, SettlementId settlement);
// Its repayment stays: a return that waited is rejected.
store::Step<> return_blocked(store::Session& s, const UnitScope& work, SettlementId settlement,
                             std::string reason);
// The settlement whose return of ours a debit with IsReturn names by the id that we gave it.
store::Step<std::optional<SettlementId>> settlement_returned_by(store::Session& s,
                                                                const UnitScope& work,
                                                                const domain::SettlementFact& fact);
// It was under way when the store was put back to this older state: its outcome is for the bank to say.
store::Step<> return_restored(store::Session& s, const UnitScope& work, store::ReturnRow row);
// The bank shows that the money of the settlement has gone back.
store::Step<> return_booked(store::Session& s, const UnitScope& work, SettlementId settlement);
// The bank says of a return of ours that it was held or not made. `is_said`: the webhook says that it
// is about a return. False: none is meant.
store::Step<bool> return_outcome(store::Session& s, const UnitScope& work, ConnectorId connector,
                                 WebhookId webhook, const domain::PaymentOutcomeFact::Item& item,
                                 bool is_said);

} // namespace settled::units
