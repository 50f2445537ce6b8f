// A seal: one link of the hash chain over a tenant's matches and their ends.
//
// Its digest is of the seal before it, of its own numbers, and of every record with an id in its
// range. Whoever changes, adds or takes away a record has to make all later seals again, and then
// the last digest is another one than that which the operator wrote down elsewhere.
#pragma once

#include "base/clock.h"
#include "base/id.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace settled::flow {

struct Seal {
    std::int64_t number = 0; // from 1, without gaps
    // The first and the last id that a record of it may have: without gaps to the seals around it.
    std::int64_t from_id = 0;
    std::int64_t to_id = 0;
    std::int64_t entries = 0;
    std::string digest;   // 64 hex digits
    std::string previous; // of the seal before; empty: this is the first
    Instant sealed_at;    // when it was made; says nothing of the records and is not in the digest
};

// A record as it is hashed: its fields, each with its kind and length, so that no two different
// records have the same bytes.
struct SealedRecord {
    std::int64_t id = 0;
    std::string bytes;
};
void append_number(std::string& bytes, std::int64_t number);
void append_text(std::string& bytes, std::string_view text);

// The digest that a seal with these numbers and that predecessor has over these records.
std::string digest_of(TenantId tenant, const Seal& seal, std::span<const SealedRecord> records);

} // namespace settled::flow
