// What an explanation (explain.h) says, in sentences and values. Pure. Accounts are masked.
#pragma once

#include "units/matching/explain.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::units {

// A field in which the two sides differ, with the value of each; the field's word is that of the evidence of matches,
// or `created_at`.
struct Difference {
    std::string_view field;
    std::string payment;
    std::string settlement;
};
std::vector<Difference> differences_of(const ExplainedPair& pair);

// "amount_differs: 12.34 expected, 12.43 paid; reference and account agree".
std::string sentence_of(const ExplainedPair& pair);

// The verdict on the whole.
std::string sentence_of(const domain::Settlement& settlement, const Explanation& explained);
std::string sentence_of(const domain::Payment& payment, const Explanation& explained);

// Who decided what stands: "rules", "person"; empty: it is not decided.
std::string_view decided_by(const Explanation& explained);

} // namespace settled::units
