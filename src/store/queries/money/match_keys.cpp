#include "store/queries/money/match_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace settled::store {

namespace {

const Statement insert{"INSERT INTO match_key (tenant_id, block, side, tag, owner_id) "
                       "VALUES ($1, $2, $3, $4, $5)"};
const Statement remove{"DELETE FROM match_key WHERE tenant_id = $1 AND block = $2 AND side = $3 "
                       "AND tag = $4 AND owner_id = $5"};
const Statement walk{"SELECT owner_id FROM match_key WHERE tenant_id = $1 AND block = $2 "
                     "AND side = $3 ORDER BY tag, owner_id LIMIT $4"};
const Statement look_up{"SELECT owner_id FROM match_key WHERE tenant_id = $1 AND block = $2 "
                        "AND side = $3 AND tag = $4 ORDER BY owner_id LIMIT $5"};

// Several keys in one turn at the engine; null where there are fewer. An arm for each, which can be
// carried out in one way only: of a join, an engine that has not counted its rows yet may make one
// that reads all of them.
std::string arms(std::size_t keys) {
    std::string text;
    for (std::size_t i = 0; i < keys; ++i)
        text += fmt::format(
            "{}SELECT owner_id FROM match_key WHERE tenant_id = ${} AND block = ${} "
            "AND side = ${} AND tag = ${}",
            i == 0 ? "" : " UNION ALL ", 2 * keys + 1, 2 * i + 1, 2 * keys + 2, 2 * i + 2);
    return text + fmt::format(" LIMIT ${}", 2 * keys + 3);
}

template <std::size_t keys>
struct Together {
    static constexpr std::size_t size = keys;
    const std::string text = arms(keys);
    const Statement statement{text};
};
const Together<4> four;
const Together<8> eight;
const Together<14> fourteen;
constexpr std::size_t together_max = decltype(fourteen)::size;

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

// Finds the payments or settlements indexed under keys, until there are enough.
class Gatherer {
  public:
    Gatherer(Session& s, TenantId tenant, Side side, std::size_t owners_max)
        : s_(s), tenant_(tenant), side_(static_cast<int>(side)), owners_max_(owners_max) {}

    Step<> gather(std::span<const match::Key> keys) {
        while (!keys.empty() && !found_.overflow) {
            const auto some = keys.first(std::min(keys.size(), together_max));
            keys = keys.subspan(some.size());
            if (some.size() == 1 || !co_await looked_up_together(some))
                co_await look_up_each(some);
        }
    }
    // In the order of their ids, whatever the engine gave first.
    Waiting take() {
        std::ranges::sort(found_.owners);
        return std::move(found_);
    }

  private:
    // False: so many that the order in which they are gathered matters.
    Step<bool> looked_up_together(std::span<const match::Key> keys) {
        // An owner may be indexed under several of them.
        const std::size_t rows_max = 2 * owners_max_;
        const Rows rows = co_await run_together(keys, rows_max + 1);
        Waiting more = found_;
        add(more, rows);
        if (rows.size() > rows_max || more.owners.size() > owners_max_)
            co_return false;
        found_ = std::move(more);
        co_return true;
    }
    Step<Rows> run_together(std::span<const match::Key> keys, std::size_t limit) {
        if (keys.size() <= four.size)
            return run(four, keys, limit);
        if (keys.size() <= eight.size)
            return run(eight, keys, limit);
        return run(fourteen, keys, limit);
    }
    template <std::size_t most>
    Step<Rows> run(const Together<most>& together, std::span<const match::Key> keys,
                   std::size_t limit) {
        std::array<Value, 2 * most + 3> values;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            values[2 * i] = keys[i].block;
            values[2 * i + 1] = keys[i].tag;
        }
        std::ranges::copy(std::array<Value, 3>{tenant_, side_, static_cast<std::int64_t>(limit)},
                          values.end() - 3);
        co_return co_await s_.run(together.statement, values);
    }
    Step<> look_up_each(std::span<const match::Key> keys) {
        const auto limit = static_cast<std::int64_t>(owners_max_) + 1;
        for (std::size_t i = 0; i < keys.size() && !found_.overflow; ++i)
            add_up_to_limit(
                co_await s_.run(look_up, tenant_, keys[i].block, side_, keys[i].tag, limit));
    }
    static void add(Waiting& found, const Rows& rows) {
        add_owners(found.owners, rows);
        found.reads += {1, static_cast<std::uint32_t>(rows.size())};
    }
    void add_up_to_limit(const Rows& rows) {
        add(found_, rows);
        found_.overflow = found_.owners.size() > owners_max_;
        if (found_.overflow)
            found_.owners.resize(owners_max_);
    }

    Session& s_;
    TenantId tenant_;
    int side_;
    std::size_t owners_max_;
    Waiting found_;
};

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

Step<Waiting> walk_block(Session& s, TenantId tenant, Side side, std::int64_t block,
                         std::size_t rows_max, std::size_t owners_max) {
    Waiting found;
    const Rows walked = co_await s.run(walk, tenant, block, static_cast<int>(side),
                                       static_cast<std::int64_t>(rows_max) + 1);
    add_owners(found.owners, walked);
    found.reads = {1, static_cast<std::uint32_t>(walked.size())};
    found.overflow = walked.size() > rows_max || found.owners.size() > owners_max;
    if (found.owners.size() > owners_max)
        found.owners.resize(owners_max);
    co_return found;
}

Step<Waiting> find_under(Session& s, TenantId tenant, Side side, std::vector<match::Key> keys,
                         std::size_t owners_max) {
    Gatherer gatherer(s, tenant, side, owners_max);
    co_await gatherer.gather(keys);
    co_return gatherer.take();
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

Step<bool> take_match_keys(Session& s, TenantId tenant, Side side, std::int64_t owner,
                           std::vector<match::Key> keys) {
    bool any = false;
    for (const match::Key& key : keys) {
        const Rows removed =
            co_await s.run(remove, tenant, key.block, static_cast<int>(side), key.tag, owner);
        any = any || removed.changed() != 0;
    }
    co_return any;
}

Step<> move_match_keys(Session& s, TenantId tenant, Side from, Side to, std::int64_t owner,
                       std::span<const match::Key> keys) {
    co_await delete_match_keys(s, tenant, from, owner, keys);
    co_await insert_match_keys(s, tenant, to, owner, keys);
}

} // namespace settled::store
