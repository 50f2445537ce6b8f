// What becomes of a posting: one fact after the other, by the table of domain/posting.h. A change is
// written with its event and its review, and with what follows from it elsewhere.
//
// All that is here runs under Lock::calls of the bank's connector.
#pragma once

#include "domain/posting.h"
#include "store/queries/money/postings.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"
#include "units/postings/core_bank.h"

#include <string>

namespace settled::units {

struct PostingNews {
    domain::PostingFact fact{};
    std::string reason_code = {};
    std::string reason = {};
    std::string transaction_key = {}; // of `taken`
};
// Returns the posting as it is then. What does not fit opens a review and changes nothing.
store::Step<store::PostingRow> apply_posting(store::Session& s, const UnitScope& work,
                                             const CoreBank& core, store::PostingRow posting,
                                             PostingNews news);

} // namespace settled::units
