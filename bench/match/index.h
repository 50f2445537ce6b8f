// The index of match keys in memory: what store/queries/money/match_keys.h keeps in a table, with the same
// answers and the same limits, and a count of what was read for them.
#pragma once

#include "match/keys.h"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace settled::bench {

struct Reads {
    std::uint64_t probes = 0; // places of the index that were looked at
    std::uint64_t rows = 0;   // rows of the index that were read there

    Reads& operator+=(const Reads& other) {
        probes += other.probes;
        rows += other.rows;
        return *this;
    }
};

struct Found {
    std::vector<std::uint32_t> owners;
    bool overflow = false;
};

class Index {
  public:
    void insert(std::span<const match::Key> keys, std::uint32_t owner);
    void remove(std::span<const match::Key> keys, std::uint32_t owner);

    Found walk_block(std::int64_t block, std::size_t rows_max, std::size_t owners_max,
                     Reads& reads) const;
    Found find_under(std::span<const match::Key> keys, std::size_t owners_max, Reads& reads) const;
    std::size_t rows() const { return rows_; }

  private:
    struct Row {
        std::int64_t tag;
        std::uint32_t owner;
        friend auto operator<=>(const Row&, const Row&) = default;
    };
    std::span<const Row> rows_of(std::int64_t block) const;
    std::span<const Row> look_up(const match::Key& key, std::size_t limit, Reads& reads) const;

    std::unordered_map<std::int64_t, std::vector<Row>> blocks_; // rows in order
    std::size_t rows_ = 0;
};

} // namespace settled::bench
