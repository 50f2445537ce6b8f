// The audit proves the records: the hash chain over matches, their payments and settlements, their
// ends, the published events and what people changed; and each match against its payment and its settlement. The audit
// only reads: it reports what it finds and mends nothing.
//
// Four walks, one after the other (AuditPhase). Each page is one unit and sees one moment, so that
// a server may go on working meanwhile.
#pragma once

#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settled::units {

enum class AuditPhase : std::uint8_t {
    chain,       // each seal follows the one before and has the digest of its records
    matches,     // recomputed from the raw columns: canonical fields, proofs, rank, amounts, slots
    payments,    // what they say has arrived is the sum of their live matches
    settlements, // those that say they are matched have a live match
    done,
};
std::string_view token(AuditPhase phase); // the enumerator's name

// A record that is not as it must be. A finding names no payer, account or reference, only that
// they differ: findings are copied into tickets.
struct AuditFinding {
    std::string what;    // "seal_digest", "sealed_payment", "rank", "payment_proof", …
    std::string subject; // "mat_…", "pay_…", "stl_…", "seal 17"
    std::string expected;
    std::string found;
};

struct AuditCursor {
    AuditPhase phase = AuditPhase::chain;
    std::int64_t after = 0; // a seal's number, or an id
};

struct AuditPage {
    std::vector<AuditFinding> findings;
    std::size_t checked = 0;   // seals, matches, payments or settlements
    std::size_t unproved = 0;  // matches whose decision cannot be repeated: of older rules
    std::int64_t unsealed = 0; // matches, ends, events and changes that no seal covers yet
    std::size_t purged = 0;    // sealed records of which the hash alone was kept
    AuditCursor next;
};

// Goes on at the cursor, over at most `limit` (seals: a tenth of it, since each holds many
// records).
store::Step<AuditPage> audit(store::Session& s, const TenantKeys& keys, TenantId tenant,
                             AuditCursor cursor, std::size_t limit);

// How many there are to check in all, for a progress bar.
store::Step<std::int64_t> audit_size(store::Session& s, TenantId tenant);

} // namespace settled::units
