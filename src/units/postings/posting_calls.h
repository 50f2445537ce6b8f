// The calls of a posting: the one that writes it, and those that look for what it would write.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/queries/money/postings.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"
#include "units/postings/core_bank.h"

#include <string>
#include <vector>

namespace settled::units {

// A call of the core banking system, for a posting, booking or link. `key`: what it is for, the same
// after a restore; `number`: of the calls of this purpose for it.
store::Step<> make_core_call(store::Session& s, const UnitScope& work, const CoreBank& core,
                             domain::CallRequest request, std::int64_t subject, std::string key,
                             std::size_t number, Instant due_at);

struct PostingCalls {
    std::vector<store::CallRow> all; // in the order in which they were made
    const store::CallRow* last_write() const;
    std::size_t count(domain::CallPurpose purpose) const;
    // No byte of a writing call was sent.
    bool is_unsent() const;
    // A node has sent one and waits for the reply.
    bool is_being_written() const;
};
store::Step<PostingCalls> calls_of_posting(store::Session& s, const UnitScope& work,
                                           const store::PostingRow& posting);

domain::CallRequest writing_request(const CoreBank& core, const store::PostingRow& posting);
domain::CallRequest looking_request(const store::PostingRow& posting);

// Another call that writes it.
store::Step<> make_write(store::Session& s, const UnitScope& work, const CoreBank& core,
                         const store::PostingRow& posting);
// The same call again: the same bytes under the same Idempotency-Key.
store::Step<> repeat_write(store::Session& s, const UnitScope& work, store::CallRow call);
// What waits to be sent is not sent any more.
store::Step<> cancel_writes(store::Session& s, const UnitScope& work,
                            const store::PostingRow& posting);

} // namespace settled::units
