// The index of waiting items: open payments and unmatched settlements, under their match keys.
#pragma once

#include "match/keys.h"
#include "store/session.h"
#include "store/step.h"

#include <span>
#include <vector>

namespace settled::store {

enum class Side : std::uint8_t {
    payment = 0,    // open
    settlement = 1, // waits for its payment
    trace = 2,      // a settlement, whatever became of it: its return must find it, and a payment
                    // that is registered too late
    archive = 3,    // an open payment so old that it is looked at last
    reversal = 4,   // a return that waits for its settlement
};

Step<> insert_match_keys(Session& s, TenantId tenant, Side side, std::int64_t owner,
                         std::span<const match::Key> keys);
Step<> delete_match_keys(Session& s, TenantId tenant, Side side, std::int64_t owner,
                         std::span<const match::Key> keys);

// The cost of a search.
struct Reads {
    std::uint32_t probes = 0; // statements
    std::uint32_t rows = 0;   // of the index

    Reads& operator+=(const Reads& other) {
        probes += other.probes;
        rows += other.rows;
        return *this;
    }
};

// Owners of that side; each is named once.
struct Waiting {
    std::vector<std::int64_t> owners;
    bool overflow = false; // there are more
    Reads reads;
};
// Owners in one block: all of them, or, where there are more than `rows_max` keys or `owners_max`
// owners, some of them.
Step<Waiting> walk_block(Session& s, TenantId tenant, Side side, std::int64_t block,
                         std::size_t rows_max, std::size_t owners_max);
// Owners of any of the keys, at most `owners_max`; an owner that is left out at that limit is
// indexed under the last of the keys alone.
Step<Waiting> find_under(Session& s, TenantId tenant, Side side, std::vector<match::Key> keys,
                         std::size_t owners_max);
// Whether any owner on that side is in any of the blocks, at most loose_blocks_max of them.
Step<bool> waits_in_any(Session& s, TenantId tenant, Side side, std::vector<std::int64_t> blocks);
// Owners of one key alone.
Step<std::vector<std::int64_t>> owners_under(Session& s, TenantId tenant, Side side, match::Key key,
                                             std::size_t owners_max);
// Deletes those of the keys that are stored. True: there was at least one.
Step<bool> take_match_keys(Session& s, TenantId tenant, Side side, std::int64_t owner,
                           std::vector<match::Key> keys);
// Moves keys from one side to another, as for a payment that is put into the archive.
Step<> move_match_keys(Session& s, TenantId tenant, Side from, Side to, std::int64_t owner,
                       std::span<const match::Key> keys);

} // namespace settled::store
