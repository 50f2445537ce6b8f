#include "learn/evidence.h"

#include <algorithm>

namespace settled::learn {

namespace {

// Ranks by number: 3 and 4 and those beyond 8 are not all made by every version of the rules.
constexpr int single_use_account = 0;
constexpr int by_uetr = 1;
constexpr int by_end_to_end_id = 2;
constexpr int by_end_to_end_id_other_amount = 3;
constexpr int in_each_others_slots = 4;
constexpr int by_reference_and_payer = 5;
constexpr int by_reference = 6;

} // namespace

std::string_view token(Identifier identifier) {
    static constexpr std::array<std::string_view, 4> tokens{"uetr", "end_to_end_id", "reference",
                                                            "payer"};
    return tokens[static_cast<std::size_t>(identifier)];
}

bool teaches(int rank, Identifier identifier) {
    switch (identifier) {
    case Identifier::uetr:
        return rank == single_use_account || rank == by_end_to_end_id ||
               rank == by_reference_and_payer;
    case Identifier::end_to_end_id:
        return rank == single_use_account || rank == by_uetr || rank == by_reference_and_payer;
    case Identifier::reference:
    case Identifier::payer:
        return rank == single_use_account || rank == by_uetr || rank == by_end_to_end_id ||
               rank == by_end_to_end_id_other_amount;
    }
    return false;
}

bool teaches_latency(int rank) {
    return std::ranges::any_of(identifiers,
                               [rank](Identifier each) { return teaches(rank, each); }) ||
           rank == in_each_others_slots || rank == by_reference;
}

std::string sending_bank_of(const MatchedPair& pair) {
    std::string bank = bank_of(pair.settlement.other_account);
    return bank.empty() ? bank_of(pair.payment.other_account) : bank;
}

ProfileKey key_of(const MatchedPair& pair) {
    std::string scheme = scheme_of(pair.settlement_scheme);
    return {pair.institution_id.empty() ? institution_of_bank(sending_bank_of(pair))
                                        : pair.institution_id,
            scheme.empty() ? scheme_of(pair.payment_scheme) : std::move(scheme),
            bank_of(pair.payment.account)};
}

} // namespace settled::learn
