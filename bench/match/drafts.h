// A payment on its way from the one who starts it to the account it is for.
#pragma once

#include "base/clock.h"
#include "bench/match/mutations.h"
#include "bench/match/words.h"
#include "match/match_fields.h"

#include <optional>
#include <string>

namespace settled::bench {

// What is true of a payment, and how much of it the client registers.
struct Draft {
    std::string account;
    Money amount;
    std::optional<match::Bounds> accepted_range;
    Texts texts; // the payer is always there
    match::Rail rail = match::Rail::unknown;
    bool rail_told = false;
    bool payer_told = false;
    bool name_told = false;
    Instant created;
};

// Banks of one currency and of both; each has its own times and habits.
match::Rail any_rail(Dice& dice);
// What differs from payer to payer: reference, id, account, name, and what of them is registered.
void fill(Draft& draft, Dice& dice);

match::MatchFields registered(const Draft& draft);

// What arrives of it after that mutation, its own rail's habits included.
struct Arrival {
    match::MatchFields identity;
    Instant received;
};
Arrival arrival_of(const Draft& draft, Mutation mutation, Dice& dice);

// Bounds that the mutation will need, or that some payments have anyway.
void tell_bounds(Draft& draft, Mutation mutation, Dice& dice);

} // namespace settled::bench
