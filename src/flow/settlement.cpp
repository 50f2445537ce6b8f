#include "flow/settlement.h"

#include "flow/payment.h"
#include "wire/json_writer.h"

#include <array>

namespace settled::flow {

namespace {

// Which fields a rank compared and found equal (or one the beginning of the other).
std::span<const std::string_view> agreed_fields(match::Rank rank) {
    using enum match::Rank;
    static constexpr std::array<std::string_view, 3> by_uetr{"uetr", "account", "amount"};
    static constexpr std::array<std::string_view, 3> by_end_to_end{"end_to_end_id", "account",
                                                                   "amount"};
    static constexpr std::array<std::string_view, 4> by_reference_payer{
        "reference", "payer_account", "account", "amount"};
    static constexpr std::array<std::string_view, 3> by_reference{"reference", "account", "amount"};
    static constexpr std::array<std::string_view, 4> by_prefix_payer{
        "reference_prefix", "payer_account", "account", "amount"};
    static constexpr std::array<std::string_view, 3> by_prefix{"reference_prefix", "account",
                                                               "amount"};
    switch (rank) {
    case uetr:
        return by_uetr;
    case end_to_end_id:
        return by_end_to_end;
    case reference_and_payer:
        return by_reference_payer;
    case reference:
        return by_reference;
    case reference_prefix_and_payer:
        return by_prefix_payer;
    case reference_prefix:
        return by_prefix;
    }
    return {};
}

} // namespace

std::string_view token(SettlementStatus status) {
    static constexpr std::array<std::string_view, 3> tokens{"unmatched", "matched", "ambiguous"};
    return tokens[static_cast<std::size_t>(status)];
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
    settlement.account_iban = shown_account(fact.account);
    settlement.counterparty_name = fact.counterparty.name;
    settlement.counterparty_account = shown_account(fact.counterparty);
    settlement.settled_at = fact.settled_at;
    settlement.received_at = received_at;
    match::Identity& identity = settlement.identity;
    identity.account = account_key_of(fact.account);
    identity.amount = fact.amount;
    identity.end_to_end_id = match::canonical_end_to_end_id(fact.end_to_end_id);
    identity.reference = match::canonical_reference(fact.reference);
    identity.uetr = fact.uetr;
    identity.other_account = account_key_of(fact.counterparty);
    identity.other_name = match::canonical(fact.counterparty.name);
    identity.at = fact.settled_at;
    return settlement;
}

std::string evidence(match::Rank rank, std::size_t payments_seen, std::size_t settlements_seen) {
    wire::JsonWriter w;
    w.object().key("agreed").array();
    for (const std::string_view field : agreed_fields(rank))
        w.value(field);
    w.end();
    w.member("payments_seen", static_cast<std::uint64_t>(payments_seen));
    w.member("settlements_seen", static_cast<std::uint64_t>(settlements_seen));
    w.end();
    return std::move(w).text();
}

} // namespace settled::flow
