// The records are proved: the hash chain over matches, what they are of, their ends and the events
// that were told; and each match against the payment and the settlement that it is of. Reads only;
// what is found is told, nothing is mended.
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

// Something that is not as it must be. No payer's name, account or reference is told, only that
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
    std::int64_t unsealed = 0; // matches, ends and events that no seal vouches for yet
    AuditCursor next;
};

// Goes on at the cursor, over at most `limit` (seals: a tenth of it, since each holds many
// records).
store::Step<AuditPage> audit(store::Session& s, const TenantKeys& keys, TenantId tenant,
                             AuditCursor cursor, std::size_t limit);

// How many there are to check in all, for whoever shows how far it is.
store::Step<std::int64_t> audit_size(store::Session& s, TenantId tenant);

} // namespace settled::units
