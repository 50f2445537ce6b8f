// A seal: one link of the hash chain over a tenant's matches, their ends, the events that were published,
// and what people changed.
//
// Its digest covers the seal before it, its own fields, and every record in its range of the order
// in which records were committed (store/queries/feeds.h). No record ever enters a range that was
// sealed, whatever the clocks say. A person who changes, adds or removes a record has to compute
// all later seals again, and then the last digest differs from the one that the operator wrote down
// elsewhere.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "crypto/hash.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace settled::domain {

struct Seal {
    std::int64_t number = 0; // from 1, without gaps
    // The range: after the first position, up to and with the second; without gaps to its
    // neighbours.
    std::int64_t from_position = 0;
    std::int64_t to_position = 0;
    std::int64_t entries = 0; // records
    std::string digest;       // 64 hex digits
    std::string previous;     // of the seal before; empty: this is the first
    Instant sealed_at;
    // The first 8 bytes of each record's hash, in their order: when the digest does not fit the
    // records, they show which record was changed. They follow from the digest and prove nothing.
    std::string marks;
};
inline constexpr std::size_t mark_bytes = 8;

// The kinds of records that a seal covers. A match is sealed with its payment and its settlement:
// with all their columns that do not change.
enum class SealedKind : std::uint8_t { match, payment, settlement, match_end, event, change };
std::string_view token(SealedKind kind);

// A record as it is hashed: its fields, each with its kind and length, so that no two different
// records have the same bytes.
struct SealedRecord {
    std::int64_t position = 0; // of the match, end, event or change
    SealedKind kind = SealedKind::match;
    std::int64_t id = 0;
    std::string bytes; // empty: the record is not there any more
    // Of a record that was purged: its hash was kept.
    std::optional<crypto::Digest> kept_hash = std::nullopt;

    crypto::Digest hash() const;
};
void append_number(std::string& bytes, std::int64_t number);
void append_text(std::string& bytes, std::string_view text);
void append_null(std::string& bytes);

// Its name for people: "mat_…", "pay_…".
std::string name_of(const SealedRecord& record);

// The digest of a seal with these fields and that predecessor over records with these hashes.
std::string digest_of(TenantId tenant, const Seal& seal, std::span<const crypto::Digest> hashes);
std::string marks_of(std::span<const crypto::Digest> hashes);

} // namespace settled::domain
