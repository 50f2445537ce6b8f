#include "bench/match/index.h"

#include "base/assert.h"

#include <algorithm>
#include <limits>

namespace settled::bench {

namespace {

template <class Rows>
void add_owners(std::vector<std::uint32_t>& owners, const Rows& rows) {
    for (const auto& row : rows)
        if (std::ranges::find(owners, row.owner) == owners.end())
            owners.push_back(row.owner);
}

} // namespace

void Index::insert(std::span<const match::Key> keys, std::uint32_t owner) {
    for (const match::Key& key : keys) {
        auto& rows = blocks_[key.block];
        const Row row{key.tag, owner};
        rows.insert(std::ranges::lower_bound(rows, row), row);
    }
    rows_ += keys.size();
}

void Index::remove(std::span<const match::Key> keys, std::uint32_t owner) {
    for (const match::Key& key : keys) {
        const auto block = blocks_.find(key.block);
        SETTLED_ASSERT(block != blocks_.end(), "what is taken out was put in");
        auto& rows = block->second;
        const auto at = std::ranges::lower_bound(rows, Row{key.tag, owner});
        SETTLED_ASSERT(at != rows.end() && *at == (Row{key.tag, owner}),
                       "what is taken out was put in");
        rows.erase(at);
        if (rows.empty())
            blocks_.erase(block);
    }
    rows_ -= keys.size();
}

std::span<const Index::Row> Index::rows_of(std::int64_t block) const {
    const auto found = blocks_.find(block);
    return found == blocks_.end() ? std::span<const Row>() : std::span<const Row>(found->second);
}

std::span<const Index::Row> Index::look_up(const match::Key& key, std::size_t limit,
                                           Reads& reads) const {
    const auto rows = rows_of(key.block);
    const auto [first, last] = std::ranges::equal_range(rows, key.tag, {}, &Row::tag);
    const auto count = std::min<std::size_t>(static_cast<std::size_t>(last - first), limit);
    reads += {1, count};
    return rows.subspan(static_cast<std::size_t>(first - rows.begin()), count);
}

Found Index::walk_block(std::int64_t block, std::size_t rows_max, std::size_t owners_max,
                        Reads& reads) const {
    const auto rows = rows_of(block);
    const auto walked = rows.first(std::min(rows.size(), rows_max + 1));
    reads += {1, walked.size()};
    Found found;
    add_owners(found.owners, walked);
    found.overflow = walked.size() > rows_max || found.owners.size() > owners_max;
    if (found.owners.size() > owners_max)
        found.owners.resize(owners_max);
    return found;
}

Found Index::find_under(std::span<const match::Key> keys, std::size_t owners_max,
                        Reads& reads) const {
    Found found;
    for (const match::Key& key : keys)
        if (found.owners.size() <= owners_max)
            add_owners(found.owners, look_up(key, owners_max + 1, reads));
    found.overflow = found.owners.size() > owners_max;
    if (found.overflow)
        found.owners.resize(owners_max);
    return found;
}

} // namespace settled::bench
