// Rows of the hash chain, and the records that it covers.
#pragma once

#include "domain/seal.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <vector>

namespace settled::store {

// A number that is there already breaks a constraint: if two nodes seal at a time, one fails.
Step<> insert_seal(Session& s, TenantId tenant, const domain::Seal& seal);
Step<std::optional<domain::Seal>> last_seal(Session& s, TenantId tenant);
Step<std::optional<domain::Seal>> find_seal(Session& s, TenantId tenant, std::int64_t number);
// Those with higher numbers, in order.
Step<std::vector<domain::Seal>> seals_after(Session& s, TenantId tenant, std::int64_t number,
                                            std::size_t limit);

// Records of matches, ends of matches, events and changes at positions after `from` and up to `to`, which
// never change, in their order. At most `limit` positions; exactly that many: there may be more.
struct SealedRecords {
    std::vector<domain::SealedRecord> records;
    std::size_t positions = 0;
};
Step<SealedRecords> sealed_records(Session& s, TenantId tenant, std::int64_t from, std::int64_t to,
                                   std::size_t limit);

// When the first match, end, event or change was made that no seal covers yet, to a millisecond; nullopt: there is
// none.
Step<std::optional<Instant>> unsealed_since(Session& s, TenantId tenant);

// Matches, ends, events and changes after a position, with those that have no position yet.
Step<std::int64_t> count_unsealed(Session& s, TenantId tenant, std::int64_t after);

} // namespace settled::store
