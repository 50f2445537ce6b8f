// Match keys: 128-bit keyed hashes by which a payment and its settlement find each other.
//
// A key has two halves, `block` and `tag`. There are two kinds of block:
//
// - The amount block is the hash of account, amount and currency, which nearly every rank demands;
//   its tags are hashes of one identifier each. All of these keys of one payment lie side by side
//   in the index, so that storing or probing them touches one page.
// - A loose block is the hash of account and one identifier (UETR, end-to-end id, payer's account,
//   the first characters of the reference; the account alone if it is for single use); its tag is
//   the amount block. It leads to candidates that agree in everything except the amount (ranks 0,
//   3 and 12, splits and merges), and, with the tag, to those that agree in both.
//
// A hit is a hint: the fields are compared before anything is decided (ladder.h).
//
// Hashes are HMAC-SHA256 under a per-tenant key (the inputs are guessable, so an unkeyed hash would
// be reversible), domain-separated by layout and kind, each field length-prefixed: ("AB","C") and
// ("A","BC") differ.
#pragma once

#include "crypto/hash.h"
#include "match/compare.h"
#include "match/match_fields.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace settled::match {

// The number of the layout of the hashed bytes. Keys of open payments are in stores: a new layout
// gets a new number, and all keys have to be made again.
inline constexpr int key_layout = 1;

struct Key {
    std::int64_t block = 0;
    std::int64_t tag = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
};

// Lengths at which references are known or feared to be cut (Faster Payments 18, SEPA 25,
// statements 15…). A reference that was cut at a length between two is found by the shorter one.
// The first start_length characters have a loose block of their own, which is their key here, too.
inline constexpr std::size_t prefix_lengths[] = {8, start_length, 12, 15, 18, 25, 35};
// And the lengths that may be left of a reference whose beginning was cut off.
inline constexpr std::size_t suffix_lengths[] = {8, 16};

// The amount block of this identity; nullopt without an account.
std::optional<std::int64_t> block_of(const crypto::Hmac& tenant_key, const MatchFields& side);

// The side whose keys are made. It matters in one place: a payment says that its account is for
// single use; a settlement cannot know that and must probe as if every account were.
enum class Of : std::uint8_t { payment, settlement };

// The loose blocks of this identity, at most loose_blocks_max, strongest identifier first.
//
// Complete for ranks 0, 3 and 12: for any two identities of them, the loose blocks of each meet a
// stored key of the other.
inline constexpr std::size_t loose_blocks_max = 5;
std::vector<std::int64_t> loose_blocks(const crypto::Hmac& tenant_key, const MatchFields& side,
                                       Of of);

// The keys that a payment or settlement is stored under, sorted, no duplicates: in its amount block
// its whole reference (or that it has none), and each listed prefix and suffix that is shorter; and
// one key in each of its loose blocks. Of the prefixes, those up to `prefix_max` (learn/plan.h says
// when less than all is safe).
inline constexpr std::size_t any_length = SIZE_MAX;
std::vector<Key> stored_keys(const crypto::Hmac& tenant_key, const MatchFields& side, Of of,
                             std::size_t prefix_max = any_length);

// The keys that a payment or settlement probes, in addition to equal references and payers, and ids
// in each other's place, which remaining() alone leaves out.
struct ProbeOptions {
    // Fewer only if something was learnt (learn/plan.h).
    bool uetr = true;
    bool end_to_end_id = true;
    bool shorter = true;                 // references that are beginnings of its own
    bool longer = true;                  // references that begin with its own
    std::size_t prefix_max = any_length; // the longest listed prefix to probe
    bool weak = true;           // references that are ends of its own, and empty references
    bool beyond_strong = false; // nothing that strong() probes

    // Every candidate that casts doubt on a candidate by an id or by an equal reference (choice.h,
    // Coverage::by_strong_keys), and no more.
    ProbeOptions strong() const {
        ProbeOptions strong = *this;
        strong.shorter = strong.weak = false;
        return strong;
    }
    // The rest, for a caller that has probed strong() already.
    ProbeOptions remaining() const {
        ProbeOptions beyond = *this;
        beyond.beyond_strong = true;
        return beyond;
    }
    friend bool operator==(const ProbeOptions&, const ProbeOptions&) = default;
};

// The keys that a payment or settlement probes, no duplicates. They find everything of its account
// and amount that the ladder could pair it with by an identifier: equal UETR or end-to-end id, also
// in each other's place; equal payer; equal reference; references cut from its own, at either end
// (all lengths from 8 up); by the longest listed prefix or suffix not longer than its own
// reference, references that its own was cut from; and those that have no reference.
//
// Complete for ranks 0 to 2 and 4 to 9: for any two identities of them, each one's probe keys meet
// the other's stored keys; but not for two without any reference and payer, which nothing but the
// amount brings together. Without an account there are no keys.
//
// First those that say the account is for single use, the UETR and the end-to-end id. A caller that
// must stop gathering candidates at a limit leaves out only what is indexed under the last keys
// alone: these can be candidates by reference only (choice.h, Coverage).
std::vector<Key> probe_keys(const crypto::Hmac& tenant_key, const MatchFields& side, Of of,
                            const ProbeOptions& look = {});

// Whether its probe keys find all of its account and amount that the ladder could pair it with at
// all: what needs no identifier in common (ranks 9 to 11) needs one side without a reference, and
// those are indexed under a key.
bool keys_find_all(const MatchFields& side);

// A block with no more keys than block_keys_max is read whole; in a larger one only the probe keys
// are looked up. Where the probe keys find all candidates anyway, few_keys_max is the limit.
inline constexpr std::size_t block_keys_max = 128;
inline constexpr std::size_t few_keys_max = 16;
inline std::size_t keys_read_max(const MatchFields& side) {
    return keys_find_all(side) ? few_keys_max : block_keys_max;
}

// The keys that find those of the same account and amount whose reference begins with this one
// (part_min characters or more): equal references, and by the longest listed prefix up to
// `prefix_max` the longer ones.
std::vector<Key> beginning_keys(const crypto::Hmac& tenant_key, const MatchFields& side,
                                std::size_t prefix_max = any_length);

// The keys under which a settlement stays indexed, whatever becomes of it: what a return may name
// it by, and that it has no reference, if it has none. A payment that is registered only after the
// settlement was matched finds it there, too: its probe keys find all settlements that carry its
// ids, its reference, or a part cut from that. None without an account.
std::vector<Key> trace_keys(const crypto::Hmac& tenant_key, const MatchFields& settlement);
// What a return names its settlement by, strongest first: the end-to-end id (6 characters or more),
// the UETR, the whole reference. None if it names nothing, or has no account.
std::vector<Key> return_keys(const crypto::Hmac& tenant_key, const MatchFields& returned);
// Whether the UETR or the end-to-end id is among them.
bool names_an_id(const MatchFields& returned);
// Whether the return names that settlement. Account and amount are equal, which alone proves
// nothing. The settlement has each id and reference that the return has, and the return has at
// least one. A payer's account must not differ; where only a reference is named, the settlement
// must have the return's payer. The settlement came before it went back.
bool is_return_of(const MatchFields& returned, const MatchFields& settlement);

// A keyed hash of all canonical fields, 32 hex digits: it proves later what was compared, and
// reveals none of it.
std::string proof_of(const crypto::Hmac& tenant_key, const MatchFields& side);

} // namespace settled::match
