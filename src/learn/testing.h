// Matched pairs for the tests of what is learnt from them.
#pragma once

#include "learn/profile.h"
#include "match/testing.h"

namespace settled::learn::testing {

inline constexpr Instant noon{1'795'000'000'000'000};

// A payment at monzo by Faster Payments and its settlement at ClearBank, two seconds later;
// identifiers as they were sent and as they arrived.
struct Sent {
    std::string reference = "INV-2041";
    std::string end_to_end_id = "E2E-0001";
    std::string uetr = "";
    std::string payer = "60161331926819";
};

inline match::MatchFields identity_of(const Sent& given, Instant at) {
    match::MatchFields identity = match::testing::bare(at);
    identity.reference = match::canonical_reference(given.reference);
    identity.end_to_end_id = match::canonical_end_to_end_id(given.end_to_end_id);
    identity.uetr = given.uetr;
    identity.other_account = given.payer;
    return identity;
}

inline MatchedPair pair_of(int rank, const Sent& sent, const Sent& arrived) {
    MatchedPair pair;
    pair.rank = rank;
    pair.institution_id = "monzo";
    pair.payment_scheme = "fps";
    pair.settlement_scheme = "FasterPayments";
    pair.payment_reference = sent.reference;
    pair.settlement_reference = arrived.reference;
    pair.payment = identity_of(sent, noon);
    pair.settlement = identity_of(arrived, noon + std::chrono::seconds(2));
    return pair;
}

} // namespace settled::learn::testing
