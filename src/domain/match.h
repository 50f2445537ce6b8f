// A match: the payment that a settlement belongs to, and how it was found.
#pragma once

#include "base/id.h"
#include "base/money.h"
#include "match/agreement.h"
#include "match/rank.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

enum class Pairing : std::uint8_t {
    one,   // this settlement pays this payment
    set,   // as many payments as settlements, alike in everything: the assignment is arbitrary
    split, // one of several settlements of one payment
    merge, // one of several payments in one settlement
};
std::string_view token(Pairing pairing);
std::optional<Pairing> pairing_named(std::string_view token);

// A record. One that is undone stays, with the time it ended.
struct Match {
    MatchId id;
    SettlementId settlement_id;
    PaymentId payment_id;
    match::Rank rank{};
    int rule_version = 0;
    std::string rules;    // the name of the rule set
    std::string evidence; // JSON
    Pairing pairing = Pairing::one;
    Money amount;      // of the settlement's money, for this payment
    std::string actor; // who decided; empty: the rules
    Instant matched_at;
    std::optional<Instant> ended_at;
};

// What a verdict was based on, stored with the match and shown to clients and reviewers.
struct EvidenceInput {
    match::Rank rank{};
    std::size_t payments_seen = 0;
    std::size_t settlements_seen = 0;
    bool after_watermark = false; // decided when no older payment could still be on its way
    Money expected;               // what was still to come of the payment
    // Keyed hashes of the canonical fields of both sides (match/keys.h): they prove what was
    // compared without showing it.
    std::string payment;
    std::string settlement;
    std::string reason = {}; // a person's, if one decided
    int key_version = 1;     // of the tenant's key that the hashes are under
    // Payments that were left out because a reviewer had ruled them out for this settlement.
    std::size_t excluded = 0;
    // For a match by a person: the result of each field, and which contradiction was overruled.
    std::vector<match::FieldAgreement> fields = {}; // empty: the rank names them
    std::string_view overruled = {};
};

// {"agreed":["end_to_end_id","account","amount"],"payments_seen":1,"settlements_seen":1,…}
std::string evidence(const EvidenceInput& grounds);

// What arrived against what was expected. {"expected":{…},"received":{…},"difference":{…}}, the
// difference being the implied rate ("rate":"1.17160000") when the currencies differ.
std::string variance(const Money& expected, const Money& received);

} // namespace settled::domain
