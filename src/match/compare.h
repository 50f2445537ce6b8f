// The comparison of a payment and a settlement, field by field. The ladder (ladder.h) reads only
// this; nothing here decides.
#pragma once

#include "match/match_fields.h"

#include <chrono>
#include <cstdint>

namespace settled::match {

// Clocks of providers and banks differ; a payment may seem this much younger than its settlement.
inline constexpr auto clock_skew_max = std::chrono::minutes(5);

// A shorter common part of two references proves nothing.
inline constexpr std::size_t part_min = 8;
// How much two references must share, from their first character on, when the amounts differ: as
// long as the part in which references are kept unique, which survives most cuts.
inline constexpr std::size_t start_length = 10;
// A shorter end-to-end id is too likely to be a payer's plain counter; it makes no key and gives no
// rank.
inline constexpr std::size_t end_to_end_id_min = 6;
// A reference in the id's place may be cut there (at 31, before it became canonical). The part that
// is left must be at least this long.
inline constexpr std::size_t crossed_part_min = 20;
// A name that is found inside another must be this long.
inline constexpr std::size_t name_part_min = 6;

enum class Ids : std::uint8_t { absent, equal, differ };

enum class References : std::uint8_t {
    absent,
    equal,
    payment_longer,    // the settlement's is the payment's beginning or end: a bank cut it
    settlement_longer, // the payment's is the settlement's beginning or end: a bank added to it
    differ,
};

enum class Amounts : std::uint8_t {
    equal,
    accepted, // not equal, but an amount that the payment said it may settle as
    less,     // less arrived than the payment's amount; one currency
    more,
    foreign, // another currency, which the payment did not mention
};

struct Comparison {
    bool account = false; // both on one account
    bool single_use = false;
    bool in_order = false; // the payment was not created after the money moved
    Amounts amounts = Amounts::foreign;
    Ids uetr = Ids::absent;
    Ids end_to_end_id = Ids::absent;
    bool end_to_end_id_is_long = false;
    // The payment's end-to-end id is in the place of the settlement's reference, or its reference,
    // whole or cut, is in the place of the settlement's id.
    bool crossed = false;
    // Some providers use one text for both. If no reference came, the text in the id's place may be
    // the reference, and references are shared by more payments than ids are.
    bool id_may_be_reference = false;
    References reference = References::absent;
    bool same_start = false; // both references have start_length characters, and the same
    Ids payer = Ids::absent;
    Ids name = Ids::absent; // equal: the same, or one inside the other
    std::chrono::microseconds delay{};

    bool reference_in_part() const {
        return reference == References::payment_longer ||
               reference == References::settlement_longer;
    }
    // The fields that a pair with different amounts may be matched by.
    bool reference_from_the_start() const {
        return same_start && (reference == References::equal || reference_in_part());
    }
    bool id_is_equal() const {
        return uetr == Ids::equal || (end_to_end_id == Ids::equal && end_to_end_id_is_long);
    }
};

Comparison compare(const MatchFields& payment, const MatchFields& settlement);

} // namespace settled::match
