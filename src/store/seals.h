// Rows of the hash chain, and the records that it is over.
#pragma once

#include "flow/seal.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <vector>

namespace settled::store {

// A number that is there already breaks a constraint: of two that seal at a time one fails.
Step<> insert_seal(Session& s, TenantId tenant, const flow::Seal& seal);
Step<std::optional<flow::Seal>> last_seal(Session& s, TenantId tenant);
Step<std::optional<flow::Seal>> find_seal(Session& s, TenantId tenant, std::int64_t number);
// Those with higher numbers, in order.
Step<std::vector<flow::Seal>> seals_after(Session& s, TenantId tenant, std::int64_t number,
                                          std::size_t limit);

// Matches and ends of matches with ids from `from` to `to`, in order: what is never written again
// after they were made. At most `limit`; as many as that: there may be more.
Step<std::vector<flow::SealedRecord>> sealed_records(Session& s, TenantId tenant, std::int64_t from,
                                                     std::int64_t to, std::size_t limit);

} // namespace settled::store
