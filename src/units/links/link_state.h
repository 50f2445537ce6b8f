// What becomes of a link: its status changes with its event, and with what the core banking system is
// to know of it.
//
// All that is here runs under Lock::calls of the bank's connector.
#pragma once

#include "domain/call.h"
#include "domain/facts.h"
#include "store/queries/money/links.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::units {

// A call to the bank about the link. `number`: of the calls of this purpose for it. nullopt: that one
// was made before.
store::Step<std::optional<CallId>> make_link_call(store::Session& s, const UnitScope& work,
                                                  const Bank& bank, const store::LinkRow& link,
                                                  domain::CallRequest request, std::size_t number,
                                                  Instant due_at);
// Asks the bank to open the account, for the `number`th time.
store::Step<> open_account(store::Session& s, const UnitScope& work, const Bank& bank,
                           const store::LinkRow& link, std::size_t number = 1);
// What waits to be asked of the bank's list is not asked any more.
store::Step<> stop_looking(store::Session& s, const UnitScope& work, const store::LinkRow& link);

store::Step<> set_status(store::Session& s, const UnitScope& work, const Bank& bank,
                         store::LinkRow link, domain::LinkStatus status, std::string_view type);
store::Step<> fail_link(store::Session& s, const UnitScope& work, const Bank& bank,
                        store::LinkRow link,
                        std::vector<domain::AccountRefusedFact::Reason> reasons);
// Fails it where another live link has the IBAN. One that had failed, and whose loan is linked again
// since, stays as it is: its account is for a person.
store::Step<> activate(store::Session& s, const UnitScope& work, const Bank& bank,
                       store::LinkRow link, std::string iban, std::string virtual_account_id);

} // namespace settled::units
