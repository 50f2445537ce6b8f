// A person has a link tried again that the bank has left open.
//
// Of one whose account did not open, the bank's whole list is read first: what it shows is adopted.
// Only if it shows none, the bank is asked for the account once more, under the same external id or
// IBAN, which belongs to one account at most. Of one whose account did not close, the bank is asked to
// close it again.
#pragma once

#include "store/queries/money/links.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/context.h"
#include "units/matching/pairing.h"

#include <optional>
#include <string>

namespace settled::units {

struct LinkDecision {
    TenantId tenant;
    LinkId link;
    std::string reason;
    std::string actor;
    Instant now;
};
// The review of a link that is to be opened stays open until the bank's list has said what there is.
// Fails with not_found and state_conflict: no review of it is open, it is over, or its call is still
// being repeated.
store::Step<Result<>> try_link_again(store::Session& s, const Context& context,
                                     LinkDecision decision);

// What a person has wanted since, as the review keeps it.
struct WantedAgain {
    ReviewId review;
    CallId list; // the first page, asked for since
    std::string reason;
    std::string actor;
};
store::Step<std::optional<WantedAgain>> wanted_again(store::Session& s, const UnitScope& work,
                                                     const store::LinkRow& link);
// The whole list shows no such account.
store::Step<> open_once_more(store::Session& s, const UnitScope& work, const Bank& bank,
                             const store::LinkRow& link, WantedAgain wanted);

} // namespace settled::units
