// The result of a comparison (compare.h), field by field and in the words that the evidence of a
// match uses (domain/match.h): for reviewers, who decide what the rules may not.
#pragma once

#include "match/compare.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace settled::match {

// One side or both lack it: absent. One that is absent contradicts nothing.
enum class Agreement : std::uint8_t { agrees, differs, absent };

struct FieldAgreement {
    std::string_view field;
    Agreement agreement;
};

// Fields in a fixed order, each once: uetr, end_to_end_id, crossed_ids, reference, payer_account,
// payer_name, account, amount. A reference that is a part of the other one agrees as
// `reference_part`; an amount that the payment said it may settle as agrees as `accepted_amount`.
// `single_use_account` and `crossed_ids` are there only when they agree.
std::vector<FieldAgreement> agreements(const Comparison& comparison);

} // namespace settled::match
