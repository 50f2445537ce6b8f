// A link of a loan in a core banking system: the loan is read before an account is opened for it, and
// is written the account's id and IBAN afterwards.
//
// Rules: a loan that the core banking system does not know leaves no open account at the bank. Fields
// that hold exactly an account that the bank knows as ours are adopted; fields that hold another one
// fail the link (`loan_linked`). Of fields with an IBAN alone, that is the IBAN that is asked for.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/queries/money/links.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"
#include "units/postings/core_bank.h"

#include <optional>
#include <string_view>

namespace settled::units {

// Fails with connector_unknown: there is none of that name, or it belongs to another bank.
store::Step<Result<CoreBank>> linking_core_bank(store::Session& s, TenantId tenant,
                                                const Bank& bank, std::string_view name);

// The loan of a new link is read.
store::Step<> ask_for_loan(store::Session& s, const UnitScope& work, const CoreBank& core,
                           const store::LinkRow& link, Instant due_at);
// What came of a try of a call about the loan. `reply`: nullopt when none could be read.
store::Step<> read_core_link_reply(store::Session& s, const UnitScope& work, const CoreBank& core,
                                   const store::CallRow& call, store::LinkRow link,
                                   const domain::ReplyVerdict& verdict,
                                   const std::optional<domain::CallReply>& reply);

// The link is active, failed or disabled now: the loan is to show it.
store::Step<> link_changed(store::Session& s, const UnitScope& work, const store::LinkRow& link);

} // namespace settled::units
