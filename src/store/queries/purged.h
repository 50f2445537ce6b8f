// What stays of rows that were purged: that they were there, and the hashes of the evidence among
// them. Kept for good.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "crypto/hash.h"
#include "domain/seal.h"
#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

// The numbers are in the store: never renumber.
enum class PurgedKind : std::uint8_t {
    payment = 1,
    settlement = 2,
    match = 3,
    event = 4,
    delivery = 5,
    call = 6,
};

struct PurgedRow {
    PurgedKind kind = PurgedKind::payment;
    std::int64_t id = 0;
    // A payment's client id; a settlement's canonical end-to-end id; a delivery's status.
    std::string name = {};
    EventId event = {}; // of a delivery
    EndpointId endpoint = {};
    Instant purged_at = {};
};

Step<> insert_purged(Session& s, TenantId tenant, const PurgedRow& row);
Step<std::optional<PurgedRow>> find_purged(Session& s, TenantId tenant, PurgedKind kind,
                                           std::int64_t id);
// A payment by its client id, or a settlement by its end-to-end id (of several, the newest).
Step<std::optional<PurgedRow>> find_purged_named(Session& s, TenantId tenant, PurgedKind kind,
                                                 std::string_view name);
// The last delivery of the event to the endpoint.
Step<std::optional<PurgedRow>> find_purged_delivery(Session& s, TenantId tenant, EventId event,
                                                    EndpointId endpoint);

// The hash of a record that a seal vouches for.
struct PurgedEvidence {
    std::int64_t position = 0;
    domain::SealedKind kind{};
    std::int64_t id = 0;
    crypto::Digest hash{};
};
Step<> insert_purged_evidence(Session& s, TenantId tenant, const PurgedEvidence& evidence);
// At positions after `from` and up to `to`, in their order; at most `limit`.
Step<std::vector<PurgedEvidence>> purged_evidence(Session& s, TenantId tenant, std::int64_t from,
                                                  std::int64_t to, std::size_t limit);
// The position of the last purged event in the feed of events; 0: none was purged.
Step<std::int64_t> last_purged_event(Session& s, TenantId tenant);

} // namespace settled::store
