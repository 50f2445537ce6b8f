// A settlement: the bank's evidence that money arrived on one of our accounts.
#pragma once

#include "base/id.h"
#include "flow/facts.h"
#include "match/identity.h"
#include "match/rules.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::flow {

// `unmatched` waits for its payment; `ambiguous` waits for a person or a deciding fact.
enum class SettlementStatus : std::uint8_t { unmatched, matched, ambiguous };
std::string_view token(SettlementStatus status);

struct Settlement {
    SettlementId id;
    WebhookId webhook_id;
    SettlementStatus status = SettlementStatus::unmatched;
    Money amount;
    std::string scheme;
    std::string transaction_id;
    std::string reference;
    std::string end_to_end_id;
    std::string account_iban; // as the bank gave it
    std::string counterparty_name;
    std::string counterparty_account;
    Instant settled_at;
    Instant received_at;
    std::int64_t version = 0; // of the last event about it
    match::Identity identity;
};

// Only money that came in and is no return of our own is looked for among the payments.
bool is_matchable(const SettlementFact& fact);

Settlement settlement_from(const SettlementFact& fact, SettlementId id, WebhookId webhook,
                           Instant received_at);

// How a match was reached, kept with it and shown to whoever asks.
struct Match {
    MatchId id;
    SettlementId settlement_id;
    PaymentId payment_id;
    match::Rank rank{};
    int rule_version = 0;
    std::string evidence; // JSON
    Instant matched_at;
};

// {"agreed":["end_to_end_id","account","amount"],"payments_seen":1,"settlements_seen":1}
std::string evidence(match::Rank rank, std::size_t payments_seen, std::size_t settlements_seen);

} // namespace settled::flow
