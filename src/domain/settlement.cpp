#include "domain/settlement.h"

#include "base/enum_names.h"
#include "domain/payment.h"

#include <algorithm>
#include <array>

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 5> statuses{"unmatched", "matched", "ambiguous", "reversed",
                                                   "rejected"};

} // namespace

std::string_view token(SettlementStatus status) {
    return statuses[static_cast<std::size_t>(status)];
}

std::optional<SettlementStatus> settlement_status_named(std::string_view token) {
    return enum_named<SettlementStatus>(statuses, token);
}

std::span<const std::string_view> settlement_status_tokens() {
    return statuses;
}

bool Settlement::refuses(PaymentId payment) const {
    return std::ranges::find(refused, payment) != refused.end();
}

bool is_matchable(const SettlementFact& fact) {
    return fact.credit && !fact.is_return && fact.amount.minor > 0;
}

Settlement settlement_from(const SettlementFact& fact, SettlementId id, WebhookId webhook,
                           Instant received_at) {
    Settlement settlement;
    settlement.id = id;
    settlement.webhook_id = webhook;
    settlement.amount = fact.amount;
    settlement.scheme = fact.scheme;
    settlement.transaction_id = fact.transaction_id;
    settlement.reference = fact.reference;
    settlement.end_to_end_id = fact.end_to_end_id;
    settlement.account = shown_account(fact.account);
    settlement.counterparty_name = fact.counterparty.name;
    settlement.counterparty_account = shown_account(fact.counterparty);
    settlement.settled_at = fact.settled_at;
    settlement.received_at = received_at;
    match::MatchFields& identity = settlement.identity;
    identity.account = account_key_of(fact.account);
    identity.amount = fact.amount;
    identity.end_to_end_id = match::canonical_end_to_end_id(fact.end_to_end_id);
    identity.reference = match::canonical_reference(fact.reference);
    identity.uetr = fact.uetr;
    identity.other_account = account_key_of(fact.counterparty);
    identity.other_name = match::canonical(fact.counterparty.name);
    identity.at = fact.settled_at;
    identity.rail = match::rail_of(fact.scheme);
    return settlement;
}

} // namespace settled::domain
