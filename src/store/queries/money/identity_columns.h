// The canonical columns that payments and settlements share.
#pragma once

#include "match/match_fields.h"
#include "store/rows.h"

namespace settled::store {

inline Money money_at(const Row& row, std::size_t minor, std::size_t currency) {
    const auto parsed = Currency::parse(row.text(currency));
    SETTLED_ASSERT(parsed.has_value(), "the store holds a currency that is none");
    return {row.integer(minor), *parsed};
}

// Reads c_account, c_end_to_end_id, c_reference, c_uetr, c_other_account, c_other_name from column
// `first`.
inline match::MatchFields identity_at(const Row& row, std::size_t first, Money amount, Instant at) {
    match::MatchFields identity;
    identity.account = row.text(first);
    identity.amount = amount;
    identity.end_to_end_id = row.text(first + 1);
    identity.reference = row.text(first + 2);
    identity.uetr = row.text(first + 3);
    identity.other_account = row.text(first + 4);
    identity.other_name = row.text(first + 5);
    identity.at = at;
    return identity;
}

} // namespace settled::store
