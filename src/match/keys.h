// Match keys: 128-bit keyed hashes by which a payment and its settlement find each other.
//
// A key has two halves. `block` is the hash of account, amount and currency, which every automatic
// rank demands; `tag` is the hash of one identifier inside that block. All keys of one payment
// share the block and lie side by side in the index, so that storing or probing them touches one
// page, not ten. A hit is a hint: the fields are compared before anything is decided (rules.h).
//
// Hashes are HMAC-SHA256 under a per-tenant key (the inputs are guessable, so an unkeyed hash would
// be reversible), domain-separated by rule version and kind, each field length-prefixed: ("AB","C")
// and
// ("A","BC") differ.
#pragma once

#include "crypto/hash.h"
#include "match/identity.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace settled::match {

inline constexpr int rule_version = 1;

struct Key {
    std::int64_t block = 0;
    std::int64_t tag = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
};

// Lengths at which references are known or feared to be cut (Faster Payments 18, SEPA 25,
// statements 15…).
inline constexpr std::size_t prefix_lengths[] = {8, 10, 12, 15, 16, 18, 25, 31, 35};
// A shorter common part than this proves nothing.
inline constexpr std::size_t prefix_length_min = 8;

// A shorter end-to-end id is too likely to be somebody's counter; it makes no key and gives no
// rank.
inline constexpr std::size_t end_to_end_id_min = 6;

// The block that all keys of this identity lie in; nullopt without an account.
std::optional<std::int64_t> block_of(const crypto::Hmac& tenant_key, const Identity& side);

// What a payment or settlement is stored under, sorted, no duplicates: its UETR, its end-to-end id,
// its whole reference, and each listed prefix that is shorter than the reference.
std::vector<Key> stored_keys(const crypto::Hmac& tenant_key, const Identity& side);

// What a payment or settlement looks under, sorted, no duplicates. Finds everything that rules.h
// could pair it with: equal UETR or end-to-end id; equal reference; references cut from its own
// (all lengths from 8 up); and, by the longest listed prefix not longer than its own reference,
// references that its own was cut from.
//
// Complete: for any two identities that relate() ranks, each one's probe keys meet the other's
// stored keys. Without an account there are no keys.
std::vector<Key> probe_keys(const crypto::Hmac& tenant_key, const Identity& side);

// The UETR and end-to-end id alone, at most two keys. Whoever must stop gathering candidates at a
// limit gathers by these first, so that what is left out can only be candidates by reference
// (rules.h, overflow).
std::vector<Key> id_keys(const crypto::Hmac& tenant_key, const Identity& side);

} // namespace settled::match
