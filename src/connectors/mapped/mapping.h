// A bank dialect that is configured and not coded: which part of a provider's webhook is what.
//
//   {"type": "/type", "id": "/data/transaction_id", "payload": "/data",
//    "settlement": {
//      "when": [{"at": "/type", "is": ["PAYIN"]}],
//      "transaction_id": "/data/transaction_id",
//      "amount": "/data/amount", "amount_form": "decimal", "currency": "/data/currency",
//      "settled_at": "/data/time",
//      "account": {"iban": "/data/account/iban"},
//      "reference": "/data/reference", …}}
//
// A webhook is one event, or "each" is the list of its events, and everything else is read in each of
// them. A time without a zone is refused unless "zone" says which it is: "utc" or "+01:00".
//
// What a pointer is: pointer.h. Two webhooks of one type and id are the same; "payload" is the part
// that must then be equal, where the rest is new in each delivery (without it: all of it but the
// members of "new_in_each_delivery", for bodies without such a part). A
// webhook that meets every condition of "when" is a settlement; every other is kept and
// acknowledged. "amount_form" is "decimal" (major units: 12.34 or "12.34") or "minor" (1234 or
// "1234"); an amount is read from its digits. Without "credit_when" all settlements are credits;
// with "return_when" those that meet it are returns. Members: docs/connectors.md.
//
// A Mapping is immutable and may be used by any thread.
#pragma once

#include "connectors/mapped/pointer.h"
#include "domain/facts.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::mapped {

enum class AmountForm : std::uint8_t { decimal, minor };

class Mapping {
  public:
    // Unknown members are refused, so that a slip of the pen does not become an absent field. Fails
    // with value_invalid; the detail names the member.
    static Result<Mapping> parse(wire::Json written);

    // The events of a body whose signature has been verified, each as a document of its own: what
    // "each" leads to, or the body as a whole. Fails with webhook_unreadable.
    Result<std::vector<std::string>> events(std::string_view body) const;
    // The id or the amount is an entry of a list, by its number: of a list of several the others would
    // be lost.
    bool reads_by_index() const;

    // Called only with an event of such a body. Fails with webhook_unreadable when
    // it is no JSON object, or has no type or id: such a body is not acknowledged. A settlement
    // that cannot be read is an UnreadableFact.
    Result<domain::InboundWebhook> read_webhook(std::string_view body) const;

  private:
    // All of them hold: the value at each place is one of the texts.
    struct Condition {
        Pointer at;
        std::vector<std::string> is;
    };
    using Conditions = std::vector<Condition>;
    using Field = std::optional<Pointer>;
    struct PartyFields {
        Field name, iban, bban, sort_code, account_number;
    };
    struct SettlementFields {
        Conditions when, credit_when, return_when;
        Pointer transaction_id, amount, currency, settled_at;
        AmountForm amount_form = AmountForm::decimal;
        std::optional<std::chrono::minutes> zone_offset; // of times without a zone
        Field scheme, reference, end_to_end_id, uetr;
        PartyFields account, counterparty;
    };
    class Parser;

    static bool holds(const Conditions& conditions, wire::Json document);
    static domain::Party read_party(const PartyFields& fields, wire::Json document);
    Result<Money> read_amount(wire::Json document) const;
    Result<Instant> read_time(const std::string& text) const;
    std::size_t entries_passed_over(wire::Json document) const;
    Result<domain::SettlementFact> read_settlement(wire::Json document) const;

    Pointer type_, id_;
    Field payload_;
    std::vector<std::string>
        new_in_each_delivery_; // JSON pointers; empty where there is a payload_
    Field each_;
    SettlementFields settlement_;
};

} // namespace settled::connectors::mapped
