// The bank's list of accounts is read about a link: whether the account that was asked for is there.
//
// The list lags and need not show external ids: that it has no such account proves nothing. It is read
// again while it shows none, and a person may have the account asked for once more (try_again.h): then
// the whole list is read first, and the bank is asked under the same external id or IBAN, which it
// gives to one account only.
//
// All that is here runs under Lock::calls of the bank's connector.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/queries/money/links.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>
#include <string_view>

namespace settled::units {

// The calls of one purpose that were made for a link.
struct MadeCalls {
    std::size_t made = 0;
    bool one_waits = false;
    std::optional<store::CallRow> last = std::nullopt;
};
store::Step<MadeCalls> calls_for(store::Session& s, const UnitScope& work,
                                 const store::LinkRow& link, domain::CallPurpose purpose);
// How long after so many questions the next one is asked.
std::chrono::microseconds wait_after(const UnitScope& work, std::size_t made);

// Asks for a page of the list. Returns the call.
store::Step<std::optional<CallId>> look_in_list(store::Session& s, const UnitScope& work,
                                                const Bank& bank, const store::LinkRow& link,
                                                std::size_t page, Instant due_at);
// The same of the first page, unless a question waits: as soon as after a question without an answer.
store::Step<> look_again_soon(store::Session& s, const UnitScope& work, const Bank& bank,
                              const store::LinkRow& link);
// The same, at first soon and then ever less often.
store::Step<> look_again(store::Session& s, const UnitScope& work, const Bank& bank,
                         const store::LinkRow& link);
// `reply`: nullopt when none could be read.
store::Step<> read_list(store::Session& s, const UnitScope& work, const Bank& bank,
                        const store::CallRow& call, store::LinkRow link,
                        const std::optional<domain::CallReply>& reply);

// A person is asked, once. `says`: what the bank has said, for people.
store::Step<> review_unresolved(store::Session& s, const UnitScope& work,
                                const store::LinkRow& link, std::string_view says);

} // namespace settled::units
