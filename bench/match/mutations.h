// What becomes of a payment's identifiers on their way: each with its source, and how often it is
// made to happen. Rates are assumptions: no bank publishes any. They are high where a change is
// dangerous, so that it happens often enough to be counted.
//
// Not among them, since no source knows of it: a bank that puts another id in the place of the
// end-to-end id, unmarked. It would veto the true payment and leave a rival of equal reference
// alone.
#pragma once

#include "base/money.h"
#include "bench/match/dice.h"
#include "match/rail.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::bench {

enum class Mutation : std::uint8_t {
    untouched,
    cut_at_18,
    cut_at_25,
    cut_at_35,
    cut_at_15_and_bgc,
    cut_at_10,
    beginning_cut,
    blanked,
    payer_name_before,
    code_word_before,
    bgc_behind,
    bgc_run_in,
    upper_case,
    other_characters,
    sentinel_reference,
    sentinel_id,
    id_dropped,
    id_cut_at_31,
    id_replaced_by_ii,
    reference_as_id,
    id_as_reference,
    payer_masked,
    payer_absent,
    name_altered,
    exchanged_in_bounds,
    exchanged,
    charged_in_bounds,
    charged,
    uetr_only,
};
inline constexpr std::size_t mutations = 29;

struct MutationRow {
    Mutation mutation;
    std::string_view token;
    unsigned per_mille; // of all settlements that have a payment
    std::string_view connector;
};
const MutationRow& row_of(Mutation mutation);
Mutation any_mutation(Dice& dice);

// The texts of a payment or a settlement as they stand in messages.
struct Texts {
    std::string reference;
    std::string end_to_end_id;
    std::string uetr;
    std::string payer_account;
    std::string payer_name;
};

// What the receiving bank shows of what was sent. Amounts are not changed here.
Texts mutated(Texts sent, Mutation mutation, Dice& dice);

} // namespace settled::bench
