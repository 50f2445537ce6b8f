// Texts as people and shops write them.
#pragma once

#include "bench/match/dice.h"

#include <string>

namespace settled::bench {

inline constexpr std::string_view digits = "0123456789";
inline constexpr std::string_view capitals_and_digits = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";

struct Person {
    std::string name;
    std::string account; // account_key() form
};
Person any_person(Dice& dice);

// Of a payment; empty for some.
std::string any_reference(Dice& dice);
// For settlements of no registered payment: never one that a payment could have.
std::string strange_reference(Dice& dice);
// As a provider makes it, or as a client chose it; empty for some.
std::string any_end_to_end_id(Dice& dice, const std::string& reference);

} // namespace settled::bench
