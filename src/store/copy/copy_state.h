// The progress of a copy: stored in the target, under a name in its table `installation`, and
// updated in the transaction that writes the rows. As long as it is there, no server may open the
// target.
#pragma once

#include "base/error.h"
#include "crypto/hash.h"
#include "store/copy/copy_tables.h"

#include <string>
#include <vector>

namespace settled::store {

inline constexpr std::string_view installation_copy_state = "copy_state";

struct KeyCell {
    Value::Kind kind = Value::Kind::integer;
    std::int64_t integer = 0;
    std::string bytes; // of text and blob
    Value value() const;
    friend bool operator==(const KeyCell& a, const KeyCell& b) {
        return a.kind == b.kind &&
               (a.kind == Value::Kind::integer ? a.integer == b.integer : a.bytes == b.bytes);
    }
};
using CopyKey = std::vector<KeyCell>;

// Before every key that there can be.
CopyKey key_before_all(const CopiedTable& table);
CopyKey key_of(const CopiedTable& table, const Row& row);

struct CopyState {
    crypto::Digest source{}; // digest_of() the whole source
    // the table whose rows are being written; "verified" when all tables are written and equal
    std::string table;
    CopyKey after; // rows up to here are written
};
inline constexpr std::string_view copy_verified = "verified";

Bytes encode(const CopyState& state);
// Fails with store_corrupt.
Result<CopyState> decode_copy_state(BytesView bytes);

} // namespace settled::store
