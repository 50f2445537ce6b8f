// A settlement: the bank's evidence that money arrived on one of our accounts.
#pragma once

#include "base/id.h"
#include "domain/facts.h"
#include "match/match_fields.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

// `unmatched` waits for its payment; `ambiguous` waits for a person or a deciding fact; `reversed`
// money went back; `rejected`: a reviewer decided that it pays none of our payments.
enum class SettlementStatus : std::uint8_t { unmatched, matched, ambiguous, reversed, rejected };
std::string_view token(SettlementStatus status);
std::optional<SettlementStatus> settlement_status_named(std::string_view token);
std::span<const std::string_view> settlement_status_tokens(); // of all

struct Settlement {
    SettlementId id;
    WebhookId webhook_id;
    SettlementStatus status = SettlementStatus::unmatched;
    Money amount;
    std::string scheme;
    std::string transaction_id;
    std::string reference;
    std::string end_to_end_id;
    std::string account; // ours, as shown_account() writes it
    std::string counterparty_name;
    std::string counterparty_account;
    Instant settled_at;
    Instant received_at;
    std::int64_t version = 0; // of the last event about it
    match::MatchFields identity;
    std::vector<PaymentId> refused; // a reviewer has ruled these payments out
    // A person has undone a match of this settlement: from then on the rules match it by an id
    // alone.
    bool undone = false;
    bool suggested = false; // a review shows a person what it may be (kind suggested_match)
    // It is decided again soon, for all that has come and gone near it (units/matching/neighbours.h).
    bool look_again = false;

    bool refuses(PaymentId payment) const;
    bool has_open_review() const { return status == SettlementStatus::ambiguous || suggested; }
    // The settlement is indexed and may be matched.
    bool is_open() const {
        return status == SettlementStatus::unmatched || status == SettlementStatus::ambiguous;
    }
};

// Only money that came in and is no return of our own is matched to payments.
bool is_matchable(const SettlementFact& fact);

Settlement settlement_from(const SettlementFact& fact, SettlementId id, WebhookId webhook,
                           Instant received_at);

} // namespace settled::domain
