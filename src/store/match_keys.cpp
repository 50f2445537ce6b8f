#include "store/match_keys.h"

#include <algorithm>
#include <array>

namespace settled::store {

namespace {

// Looking at a whole block costs one short walk; beyond this many rows, keys are looked up one by
// one.
constexpr std::int64_t block_rows_max = 128;

const Statement insert{"INSERT INTO match_key (tenant_id, block, side, tag, owner_id) "
                       "VALUES ($1, $2, $3, $4, $5)"};
const Statement remove{"DELETE FROM match_key WHERE tenant_id = $1 AND block = $2 AND side = $3 "
                       "AND tag = $4 AND owner_id = $5"};
const Statement walk{"SELECT owner_id FROM match_key WHERE tenant_id = $1 AND block = $2 "
                     "AND side = $3 ORDER BY tag, owner_id LIMIT $4"};
const Statement look_up{"SELECT owner_id FROM match_key WHERE tenant_id = $1 AND block = $2 "
                        "AND side = $3 AND tag = $4 ORDER BY owner_id LIMIT $5"};

// Blocks beyond those that are asked for repeat the first.
const Statement any_of{"SELECT owner_id FROM match_key WHERE tenant_id = $1 AND side = $2 AND "
                       "block IN ($3, $4, $5, $6, $7) LIMIT 1"};
static_assert(match::loose_blocks_max == 5);

// Appends what is not there yet, in order. The lists are short.
void add_owners(std::vector<std::int64_t>& owners, const Rows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int64_t owner = rows[i].integer(0);
        if (std::ranges::find(owners, owner) == owners.end())
            owners.push_back(owner);
    }
}
void add_owners(Waiting& found, const Rows& rows) {
    add_owners(found.owners, rows);
    found.reads += {1, static_cast<std::uint32_t>(rows.size())};
}

} // namespace

Step<> insert_match_keys(Session& s, TenantId tenant, Side side, std::int64_t owner,
                         std::span<const match::Key> keys) {
    for (const match::Key& key : keys)
        co_await s.send(insert, tenant, key.block, static_cast<int>(side), key.tag, owner);
}

Step<> delete_match_keys(Session& s, TenantId tenant, Side side, std::int64_t owner,
                         std::span<const match::Key> keys) {
    for (const match::Key& key : keys)
        co_await s.send(remove, tenant, key.block, static_cast<int>(side), key.tag, owner);
}

Step<Waiting> find_waiting(Session& s, TenantId tenant, Side side, std::int64_t block,
                           const ProbeKeys& probe_keys, std::size_t owners_max) {
    Waiting found;
    const Rows walked =
        co_await s.run(walk, tenant, block, static_cast<int>(side), block_rows_max + 1);
    add_owners(found, walked);
    const bool whole = static_cast<std::int64_t>(walked.size()) <= block_rows_max;
    if (!whole || found.owners.size() > owners_max) {
        found.owners.clear();
        found.by_keys = true;
        const auto limit = static_cast<std::int64_t>(owners_max) + 1;
        for (const match::Key& key : probe_keys()) {
            const Rows rows =
                co_await s.run(look_up, tenant, key.block, static_cast<int>(side), key.tag, limit);
            add_owners(found, rows);
            if (found.owners.size() > owners_max)
                break;
        }
    }
    if (found.owners.size() > owners_max) {
        found.owners.resize(owners_max);
        found.overflow = true;
    }
    co_return found;
}

Step<Waiting> walk_block(Session& s, TenantId tenant, Side side, std::int64_t block,
                         std::size_t owners_max) {
    Waiting found;
    const Rows walked =
        co_await s.run(walk, tenant, block, static_cast<int>(side), block_rows_max + 1);
    add_owners(found, walked);
    found.overflow = static_cast<std::int64_t>(walked.size()) > block_rows_max ||
                     found.owners.size() > owners_max;
    if (found.owners.size() > owners_max)
        found.owners.resize(owners_max);
    co_return found;
}

Step<bool> waits_in_any(Session& s, TenantId tenant, Side side, std::vector<std::int64_t> blocks) {
    if (blocks.empty())
        co_return false;
    blocks.resize(match::loose_blocks_max, blocks.front());
    const Rows rows = co_await s.run(any_of, tenant, static_cast<int>(side), blocks[0], blocks[1],
                                     blocks[2], blocks[3], blocks[4]);
    co_return !rows.empty();
}

Step<std::vector<std::int64_t>> owners_under(Session& s, TenantId tenant, Side side, match::Key key,
                                             std::size_t owners_max) {
    const Rows rows = co_await s.run(look_up, tenant, key.block, static_cast<int>(side), key.tag,
                                     static_cast<std::int64_t>(owners_max));
    std::vector<std::int64_t> owners;
    add_owners(owners, rows);
    co_return owners;
}

Step<> move_match_keys(Session& s, TenantId tenant, Side from, Side to, std::int64_t owner,
                       std::span<const match::Key> keys) {
    co_await delete_match_keys(s, tenant, from, owner, keys);
    co_await insert_match_keys(s, tenant, to, owner, keys);
}

} // namespace settled::store
