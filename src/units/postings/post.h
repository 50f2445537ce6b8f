// Postings are written into the core banking system: each has one cause, and at most one call that
// writes it at a time.
//
// The call that writes is never repeated by itself. After a try without a readable reply, and after
// a refusal, the core banking system is asked first: for the transaction with the posting's external
// id, or for what the posting would change. What is there counts as posted. What
// is not there is written again: the same bytes under the same Idempotency-Key, by which, and by the
// external id, the core banking system itself refuses a second one. Kinds without an external id are
// looked for before their first try, too.
//
// All that is here runs under Lock::calls of the bank's connector.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/queries/money/postings.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"
#include "units/postings/core_bank.h"
#include "units/postings/posting_detail.h"

#include <optional>
#include <string>

namespace settled::units {

// Commits the posting with its first call: `connector`, `id`, `status` and times are set here.
// nullopt: there is one of that cause already, and nothing was done.
store::Step<std::optional<store::PostingRow>> post(store::Session& s, const UnitScope& work,
                                                   const CoreBank& core, store::PostingRow posting);
// The same without a call: a precondition is looked at first, or it is final already.
store::Step<std::optional<store::PostingRow>> insert_new_posting(store::Session& s,
                                                                 const UnitScope& work,
                                                                 const CoreBank& core,
                                                                 store::PostingRow posting);
// Its first call.
store::Step<> start_posting(store::Session& s, const UnitScope& work, const CoreBank& core,
                            const store::PostingRow& posting);

// What was posted is adjusted now, or as soon as it is known to be posted; what was not sent yet is
// given up.
store::Step<> take_back(store::Session& s, const UnitScope& work, const CoreBank& core,
                        store::PostingRow posting, std::string why);
// A transaction of the core banking system is adjusted, once.
struct Adjusting {
    std::string transaction_key;
    std::string loan_account_id;
    domain::PostingSubject subject{};
    std::int64_t subject_id = 0;
    Money amount;
    std::string why; // for people, in the note
};
store::Step<> adjust(store::Session& s, const UnitScope& work, const CoreBank& core,
                     Adjusting adjusting);

// The statuses of one booking are written one after the other.
store::Step<> start_next_status(store::Session& s, const UnitScope& work, const CoreBank& core,
                                const store::PostingRow& ended);

// What came of a try of a call about a posting. `reply`: nullopt when none could be read.
store::Step<> read_posting_reply(store::Session& s, const UnitScope& work, const CoreBank& core,
                                 const store::CallRow& call, store::PostingRow posting,
                                 const domain::ReplyVerdict& verdict,
                                 const std::optional<domain::CallReply>& reply);

// A person decides about a posting that failed. Takes the lock.
enum class PostingRuling : std::uint8_t {
    ask_again,  // the core banking system is asked what became of it
    post_again, // what refused it was mended
    drop,       // it will not be posted
};
store::Step<Result<>> rule_on_posting(store::Session& s, UnitScope work, PostingId id,
                                      PostingRuling ruling);
// In a store that was put back to an older state: what was under way may be posted, and is looked up
// before anything of it is sent again.
store::Step<> look_up_open_postings(store::Session& s, const UnitScope& work, const CoreBank& core);
// Asks the core banking system what became of it, at that time.
store::Step<> look_up(store::Session& s, const UnitScope& work, const CoreBank& core,
                      const store::PostingRow& posting, Instant due_at);

} // namespace settled::units
