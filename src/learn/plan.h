// Which keys are worth storing and looking under, from what was learnt. A plan saves work; it must
// never change who is paid. Two things may be left out, each with an argument why no wrong match
// can come of it.
//
// The danger is not the key that is missed, it is the rival behind it. A settlement `ACMESHOP20`
// whose bank "never cuts" equals payment C, `ACMESHOP20`, and is a beginning of payment A,
// `ACMESHOP2041`. With all keys it is ambiguous. Whoever does not look for longer references,
// because they hardly ever are the right ones, sees C alone and gives A's money to C. However small
// the bound on the share of cuts is, this is the case that it is small for. So a statistic may
// decide how much is looked at, and never what follows from not having looked.
//
// 1. Looking under fewer keys (`first`). Whoever looks for candidates looks under the keys of
// `first`. Finds it nobody,
//    there is no match now, and the item waits; that is the whole saving, and it is where the work
//    is: most payments are registered before their settlement, most of them look for nothing. Finds
//    it anybody, it looks under all keys, and judges as if there were no plan. So for every set of
//    facts
//          verdict(plan) is verdict(all keys), or none.
//    Neither `one` nor `ambiguous` is ever given on a part of the candidates. What it costs: a
//    match that only a left out key would have found is not made at once. A settlement looks under
//    all keys again when its grace ends, before anybody is told that it has no payment; what then
//    is still unmatched is what a payment left out that came later. Those of the shadow share leave
//    nothing out, and when they match, the share that is left out for is no longer small.
//
// 2. Storing fewer keys (`stored_prefix_max`). Keys of a payment's beginnings beyond the length of
// what ever arrives at the
//    receiving bank are not stored. A settlement that is longer all the same looks under its
//    beginning of `probed_prefix_max` characters instead of a longer one. Every payment that it
//    could find by the longer beginning it finds by the shorter, since it is stored under all
//    listed lengths up to its own stored_prefix_max, and
//          probed_prefix_max <= stored_prefix_max of every payment that is open.
//    So no candidate is missed, but more may be found than before, which can only make a verdict
//    ambiguous (64 candidates, match/choice.h). The inequality is kept by order in time
//    (`CapState`): a cap is announced first and looked under by all nodes, payments are stored
//    under it `settle_in` later, and what is announced never rises again. A node that is not sure
//    to have heard takes cautious_plan(), which looks under the shortest listed prefix: that one is
//    always stored.
//
// UETR, end-to-end id and the whole reference are always stored: a strong key that is missing could
// hide the right payment from any later look, and no statistic is good enough for that. They may be
// left out of `first`.
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

// What a key finds, seen from whoever looks.
enum class KeyKind : std::uint8_t {
    uetr = 0,
    end_to_end_id = 1,
    whole = 2,   // references equal to its own
    shorter = 3, // references that are beginnings of its own: it looks under each of its beginnings
    longer =
        4, // references that its own is a beginning of: it looks under its longest listed prefix
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
    std::size_t probed_prefix_max = no_cap; // the longest listed prefix to look under

    // What is found is the whole truth: nothing was left out.
    bool looks_at_all() const { return first == KeyKinds::all(); }
    friend bool operator==(const KeyPlan&, const KeyPlan&) = default;
};

// For whoever does not know what other nodes leave out.
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
// The kinds that one side of a match with that institution looks under first.
KeyKinds first_kinds(RareThings rare, Looker looker);

// One in 64 looks under all keys and is stored under all, whatever was learnt: a keyed hash of its
// id, so that it is the same on every node and in every repetition, and nobody outside can tell
// whose turn it is.
inline constexpr std::uint64_t shadow_in = 64;
bool is_shadow(const crypto::Hmac& tenant_key, std::int64_t id);

// The shortest listed length that nearly nothing arrives beyond, at a bank that `profiles` are all
// of; no_cap: there is none.
std::size_t prefix_cap(std::span<const Profile> profiles);

// How a receiving bank's cap is put in force.
inline constexpr auto settle_in = std::chrono::minutes(10);
struct CapState {
    std::size_t wanted = no_cap; // as last learnt
    std::size_t floor = no_cap;  // the least that ever was wanted: what everyone looks under
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
// a payment: those stored, and those looked under when nobody waits for it.
struct Saving {
    Weight stored_without = 0, stored_with = 0;
    Weight looked_without = 0, looked_with = 0;
};
Saving saving_of(const Profile& profile, const KeyPlan& plan);

} // namespace settled::learn
