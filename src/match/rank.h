// The ranks of the ladder, strongest first. docs/matching.md shows each with an example.
//
// The numbers are part of the public API and stored with matches: never renumber.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace settled::match {

enum class Rank : std::uint8_t {
    single_use_account = 0,       // the account was opened for this payment alone; any amount
    uetr = 1,                     // UETR or scheme id equal        + account + amount
    end_to_end_id = 2,            // end-to-end id equal            + account + amount
    end_to_end_id_only = 3,       // UETR or end-to-end id equal    + account, another amount
    crossed_ids = 4,              // id in the reference's place or the reverse + account + amount
    reference_and_payer = 5,      // reference and payer's account equal + account + amount
    reference = 6,                // reference equal                + account + amount
    reference_part_and_payer = 7, // one reference begins or ends the other, payer equal + …
    reference_part = 8,           // the same, payer unknown
    payer = 9,                    // payer's account equal, a reference absent + account + amount
    name = 10,                    // payer's name alike, a reference absent    + account + amount
    amount = 11,                  // account and amount, a reference absent
    reference_only = 12,          // reference equal or in part     + account, another amount
};
inline constexpr std::size_t ranks = 13;

std::string_view token(Rank rank); // "e2e+account+amount", …
std::optional<Rank> rank_named(std::string_view token);

} // namespace settled::match
