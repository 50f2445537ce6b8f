// What a match may teach, and what not.
//
// A match that was made by an identifier says nothing about how often that identifier survives: had
// it not survived, there would be no such match to learn from. So an identifier is learnt from
// matches only that were decided without it, by something at least as strong:
//
// clang-format off: a table
//   learnt              from ranks        that were decided by
//   UETR                0, 2, 5           the account alone, the end-to-end id, reference and payer
//   end-to-end id       0, 1, 5           the account alone, the UETR, reference and payer
//   reference, payer    0, 1, 2, 3        the account alone, the UETR, the end-to-end id
//   latency             0 to 6            any of them: time decides nothing there but the order
// clang-format on
//
// Ranks 7 and above teach nothing: they are made of what is left of a reference, or of less.
//
// What this cannot show: an end-to-end id or payer that *differs* vetoes a match, so a bank that
// puts its own id there is seen as unmatched money and not as `altered`. The share that survives is
// then too high, which keeps keys that might be skipped; it never skips one. And a match by
// end-to-end id shows references of payments whose end-to-end id survived: where a bank drops both
// together, that is seen less often than it happens.
#pragma once

#include "learn/names.h"
#include "learn/reference_habits.h"
#include "match/match_fields.h"

#include <array>
#include <string>

namespace settled::learn {

enum class Identifier : std::uint8_t { uetr, end_to_end_id, reference, payer };
inline constexpr std::array identifiers{Identifier::uetr, Identifier::end_to_end_id,
                                        Identifier::reference, Identifier::payer};
std::string_view token(Identifier identifier); // the enumerator's name

// `rank` as match/ladder.h numbers them; one that is not known here teaches nothing.
bool teaches(int rank, Identifier identifier);
bool teaches_latency(int rank);

// A payment and its settlement, with all that profiles are learnt from.
struct MatchedPair {
    int rank = 0;
    std::string institution_id; // the payment's; may be empty
    std::string payment_scheme, settlement_scheme;
    std::string payment_reference, settlement_reference; // as written
    match::MatchFields payment, settlement;
};

// Under which profile it counts. The settlement's word on the scheme goes before the payment's: it
// is what happened.
ProfileKey key_of(const MatchedPair& pair);
// The bank that the money came from, as the settlement says; if it does not, as the payment does.
std::string sending_bank_of(const MatchedPair& pair);

} // namespace settled::learn
