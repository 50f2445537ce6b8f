// A made-up stretch of payments and of the money that came for them, of which the truth is known.
//
// Everything is made from a seed. Texts go through the same canonical functions as in the server;
// what happens to them on their way, how often and who says so is a table (mutations.h).
#pragma once

#include "base/clock.h"
#include "match/match_fields.h"

#include "bench/match/mutations.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace settled::bench {

// How a payment stands to others that were made with it. Collisions are of one account, one amount
// and one day.
enum class Design : std::uint8_t {
    alone,
    same_amount,     // different references
    first_8_equal,   // references that are equal in their first 8 characters, …
    first_10_equal,  // … 10
    first_15_equal,  // … 15
    beginning,       // one reference is the beginning of the other
    same_reference,  // other payers, the same reference
    id_is_reference, // the end-to-end id is what another's reference begins with
    twins,           // equal in everything but the time
    retry,           // the first was given up, the second is its twin
    split,           // one payment, paid in parts
    merged,          // several payments, paid at once
    stranger,        // a settlement of no registered payment
};
inline constexpr std::size_t designs = 13;
std::string_view token(Design design);

struct Payment {
    match::MatchFields identity;
    Instant registered; // when its event arrives
    Design design = Design::alone;
    bool is_paid = false;
};

struct Settlement {
    match::MatchFields identity;
    Instant received;
    std::vector<std::uint32_t> payments; // the truth: by position; none for a stranger's money
    Mutation mutation = Mutation::untouched;
    Design design = Design::alone;
    // Its payment's event comes so late that the engine was promised it would not.
    bool is_registered_late = false;
};

struct Fact {
    enum class Kind : std::uint8_t { payment, settlement };
    Instant at;
    Kind kind = Kind::payment;
    std::uint32_t index = 0;
};

struct World {
    std::vector<Payment> payments;
    std::vector<Settlement> settlements;
    std::vector<Fact> facts; // in the order in which they arrive; some more than once
};

struct WorldOptions {
    std::uint64_t seed = 1;
    std::size_t settlements = 20'000;
    // Payments are known at the latest that long after their settlement; those that are not are
    // marked.
    std::chrono::microseconds watermark = std::chrono::seconds(2);
};
World make_world(const WorldOptions& options);

} // namespace settled::bench
