// The content of a table in figures by which two stores can be compared: rows, a sum of each
// integer column, and a hash over every value of every row in the order of keys.
#pragma once

#include "crypto/hash.h"
#include "store/copy/copy_tables.h"

#include <cstdint>
#include <string>
#include <vector>

namespace settled::store {

class Tally {
  public:
    explicit Tally(const CopiedTable& table);

    void add(const Row& row);

    const CopiedTable& table() const { return *table_; }
    std::uint64_t rows() const { return rows_; }
    // Of the column; modulo 2^64, which is exact for amounts.
    std::uint64_t sum(std::size_t column) const { return sums_[column]; }
    const crypto::Digest& digest() const { return digest_; }

    friend bool operator==(const Tally& a, const Tally& b) {
        return a.rows_ == b.rows_ && a.sums_ == b.sums_ && a.digest_ == b.digest_;
    }

  private:
    const CopiedTable* table_;
    std::uint64_t rows_ = 0;
    std::vector<std::uint64_t> sums_;
    crypto::Digest digest_{};
    std::string buffer_;
};

// One hash of all tables: equal for two stores with equal content.
crypto::Digest digest_of(const std::vector<Tally>& tallies);

// "payment: 12 rows at the source, 11 in the copy; sum of amount_minor 345 and 300".
std::string difference(const Tally& source, const Tally& copy);

} // namespace settled::store
