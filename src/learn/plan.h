// Which keys are worth storing and probing, from what was learnt. A plan saves work; it must never
// change who is paid. Two things may be left out, each with an argument why no wrong match can come
// of it.
//
// The danger is not the missed key, it is the rival that the missed key would have found. A
// settlement `ACMESHOP20` whose bank "never cuts" equals payment C, `ACMESHOP20`, and is a
// beginning of payment A, `ACMESHOP2041`. With all keys it is ambiguous. A search that skips longer
// references, because they are hardly ever the right ones, finds C alone and matches A's money to
// C. However small the bound on the share of cuts is, this is the case that it is small for. So a
// statistic may decide how much is searched, and never what follows from not having searched.
//
// 1. Probing fewer keys (`first`). A search probes the keys of `first`. If it finds no candidate,
//    there is no match now and the item waits. That is the whole saving, and it is where the work
//    is: most payments are registered before their settlement, and most of their searches find
//    nothing. If it finds any candidate, it probes all keys and judges as if there were no plan. So
//    for every set of facts
//          verdict(plan) is verdict(all keys), or none.
//    Neither `one` nor `ambiguous` is ever decided on a part of the candidates. The cost: a match
//    that only a skipped key would have found is not made at once. A settlement probes all keys
//    again when its grace ends, before partners are notified that it has no payment; what is still
//    unmatched then belongs to a payment that skipped the key and came later. Items of the shadow
//    share skip nothing, and when they match, the share that justified skipping is no longer small.
//
// 2. Storing fewer keys (`stored_prefix_max`). Keys of a payment's prefixes that are longer than
//    anything that arrives at the receiving bank are not stored. A settlement whose reference is
//    longer anyway probes its prefix of `probed_prefix_max` characters instead of a longer one. It
//    finds every payment by the shorter prefix that it would find by the longer one, since a payment
//    is stored under all listed lengths up to its own stored_prefix_max, and
//          probed_prefix_max <= stored_prefix_max of every open payment.
//    So no candidate is missed, but more may be found than before, which can only make a verdict
//    ambiguous (64 candidates, match/choice.h). The inequality is ensured by order in time
//    (`CapState`): a cap is announced first and probed by all nodes, payments are stored under it
//    `settle_in` later, and an announced cap never rises again. A node that may not have read the
//    cap yet takes cautious_plan(), which probes the shortest listed prefix: that one is always
//    stored.
//
// UETR, end-to-end id and the whole reference are always stored: a missing strong key could hide the
// right payment from any later search, and no statistic is good enough for that. They may be left
// out of `first`.
//
// A share is small when the upper end of its 99.9 % interval is below 2 %: after 530 matches
// without one.
#pragma once

#include "learn/profile.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace settled::learn {

// What a key finds, seen from the side that searches.
enum class KeyKind : std::uint8_t {
    uetr = 0,
    end_to_end_id = 1,
    whole = 2,   // references equal to its own
    shorter = 3, // references that are prefixes of its own: it probes each of its prefixes
    longer = 4,  // references that its own is a prefix of: it probes its longest listed prefix
};

class KeyKinds {
  public:
    static constexpr KeyKinds all() { return KeyKinds(0x1F); }
    constexpr bool has(KeyKind kind) const { return (bits_ & bit(kind)) != 0; }
    constexpr KeyKinds without(KeyKind kind) const { return KeyKinds(bits_ & ~bit(kind)); }
    friend bool operator==(const KeyKinds&, const KeyKinds&) = default;

  private:
    explicit constexpr KeyKinds(unsigned bits) : bits_(bits) {}
    static constexpr unsigned bit(KeyKind kind) { return 1U << static_cast<unsigned>(kind); }
    unsigned bits_;
};

inline constexpr std::size_t no_cap = std::numeric_limits<std::size_t>::max();

struct KeyPlan {
    KeyKinds first = KeyKinds::all();
    std::size_t stored_prefix_max = no_cap; // listed prefixes up to this are stored
    std::size_t probed_prefix_max = no_cap; // the longest listed prefix to probe

    // What is found is the whole truth: nothing was left out.
    bool looks_at_all() const { return first == KeyKinds::all(); }
    friend bool operator==(const KeyPlan&, const KeyPlan&) = default;
};

// For a node that does not know what other nodes leave out.
KeyPlan cautious_plan();

// What hardly ever happens to what an institution sends, as bits that a row holds.
enum class Rare : std::uint8_t {
    uetr_survives = 1,
    end_to_end_id_survives = 2,
    cut = 4,
    extended = 8
};
class RareThings {
  public:
    RareThings() = default;
    explicit RareThings(std::int64_t bits) : bits_(static_cast<unsigned>(bits) & 0xFU) {}
    bool has(Rare thing) const { return (bits_ & static_cast<unsigned>(thing)) != 0; }
    void add(Rare thing) { bits_ |= static_cast<unsigned>(thing); }
    std::int64_t bits() const { return static_cast<std::int64_t>(bits_); }
    friend bool operator==(const RareThings&, const RareThings&) = default;

  private:
    unsigned bits_ = 0;
};
RareThings rare_things(const Profile& profile);

enum class Looker : std::uint8_t { payment, settlement };
// The kinds that one side of a match with that institution probes first.
KeyKinds first_kinds(RareThings rare, Looker looker);

// One in 64 probes all keys and is stored under all, whatever was learnt: chosen by a keyed hash of
// its id, so that the choice is the same on every node and in every repetition, and unknown outside.
inline constexpr std::uint64_t shadow_in = 64;
bool is_shadow(const crypto::Hmac& tenant_key, std::int64_t id);

// The shortest listed length that nearly nothing arrives beyond, at a bank that `profiles` are all
// of; no_cap: there is none.
std::size_t prefix_cap(std::span<const Profile> profiles);

// How a receiving bank's cap is put in force.
inline constexpr auto settle_in = std::chrono::minutes(10);
struct CapState {
    std::size_t wanted = no_cap; // as last learnt
    std::size_t floor = no_cap;  // the least ever wanted: what all nodes probe
    Instant changed_at = {};     // when `wanted` was last changed
    friend bool operator==(const CapState&, const CapState&) = default;
};
// After having learnt `cap`.
CapState next_state(const CapState& state, std::size_t cap, Instant now);
// What payments are stored under now.
std::size_t stored_cap(const CapState& state, Instant now);

// Everything together.
struct PlanInput {
    RareThings rare = {};
    CapState cap = {};
    Looker looker = Looker::payment;
    bool shadow = false;
    Instant now = {};
};
KeyPlan plan_of(const PlanInput& input);

// What a plan saves of the keys of the payments that a profile was made of, in thousandths of a key
// a payment: those stored, and those probed when no settlement waits for it.
struct Saving {
    Weight stored_without = 0, stored_with = 0;
    Weight looked_without = 0, looked_with = 0;
};
Saving saving_of(const Profile& profile, const KeyPlan& plan);

} // namespace settled::learn
