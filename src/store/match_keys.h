// The index of what waits: open payments and unmatched settlements, under their match keys.
#pragma once

#include "match/keys.h"
#include "store/session.h"
#include "store/step.h"

#include <functional>
#include <span>
#include <vector>

namespace settled::store {

enum class Side : std::uint8_t {
    payment = 0,    // open
    settlement = 1, // waits for its payment
    trace = 2,      // a settlement, whatever became of it: its return must find it
    archive = 3,    // an open payment so old that it is looked at last
};

Step<> insert_match_keys(Session& s, TenantId tenant, Side side, std::int64_t owner,
                         std::span<const match::Key> keys);
Step<> delete_match_keys(Session& s, TenantId tenant, Side side, std::int64_t owner,
                         std::span<const match::Key> keys);

// What looking has cost.
struct Reads {
    std::uint32_t probes = 0; // statements
    std::uint32_t rows = 0;   // of the index

    Reads& operator+=(const Reads& other) {
        probes += other.probes;
        rows += other.rows;
        return *this;
    }
};

// Owners of that side in one block who may be a counterpart, at most `owners_max`; `overflow` says
// that there are more. A block with few owners is given whole. In a crowded one only the owners
// under the probe keys are, which are made when needed; they are looked up in the order given, so
// that what is left out at the limit stands under the last of them.
struct Waiting {
    std::vector<std::int64_t> owners;
    bool overflow = false;
    bool by_keys = false; // the block is crowded: owners without a key in common are left out
    Reads reads;
};
using ProbeKeys = std::function<std::vector<match::Key>()>;
Step<Waiting> find_waiting(Session& s, TenantId tenant, Side side, std::int64_t block,
                           const ProbeKeys& probe_keys, std::size_t owners_max);
// The owners of that side in one block, at most `owners_max`.
Step<Waiting> walk_block(Session& s, TenantId tenant, Side side, std::int64_t block,
                         std::size_t owners_max);
// Whether anybody of that side is in any of the blocks, at most loose_blocks_max of them.
Step<bool> waits_in_any(Session& s, TenantId tenant, Side side, std::vector<std::int64_t> blocks);
// Those under one key alone.
Step<std::vector<std::int64_t>> owners_under(Session& s, TenantId tenant, Side side, match::Key key,
                                             std::size_t owners_max);
// From one side to another, as a payment that is put into the archive.
Step<> move_match_keys(Session& s, TenantId tenant, Side from, Side to, std::int64_t owner,
                       std::span<const match::Key> keys);

} // namespace settled::store
