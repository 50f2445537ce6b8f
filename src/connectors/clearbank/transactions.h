// What the bank has booked, asked by end-to-end id, or all of it in a time.
//
// The list proves that a transaction is there, never that it is not: it lags behind the webhooks and
// does not show every refused instruction. It does show instructions under way and refused ones, so
// the status decides whether money moved. It does not show IsReturn: a credit in it may be a
// payment or a return. Source: ClearBank page "Transaction data", OpenAPI file "sterling v2".
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "domain/call.h"
#include "domain/facts.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::clearbank {

inline constexpr std::size_t transactions_per_page = 50;

// `account_id`: the institution's real account, whose transactions include those of its virtual
// accounts. `page` counts from 1.
domain::CallRequest find_transactions_request(std::string_view account_id,
                                              std::string_view end_to_end_id, Instant from,
                                              Instant to, std::int64_t page);

// One of them, by the bank's own id.
domain::CallRequest find_transaction_request(std::string_view account_id,
                                             std::string_view transaction_id);

// Those by Bacs within that time: the list does not show which notice a transaction belongs to.
domain::CallRequest find_bacs_credit_request(std::string_view account_id, Instant from, Instant to,
                                             std::int64_t page);
// Everything that the account has booked in the time, of one scheme: "FasterPayments", "Chaps",
// "Bacs", "Transfer". The list does not show the scheme of a transaction, so it is asked for scheme
// by scheme. Newest first; page 1 is the first.
domain::CallRequest list_transactions_request(std::string_view account_id, std::string_view scheme,
                                              Instant from, Instant to, std::int64_t page);

struct BankTransaction {
    std::string transaction_id;
    std::string end_to_end_id;
    bool credit = false;
    std::string status; // ISO 20022: "ACSC", "PDNG", "RJCT", …
    Money amount;
    std::string scheme; // "" where the bank does not show it
    std::string reference;
    domain::Party account; // ours; empty where the bank does not show it
    domain::Party counterparty;
    std::optional<Instant> time;       // that the bank shows
    std::optional<Instant> settled_at; // the same, of a settled one

    // The money moved. Anything else says only that the bank knows the instruction.
    bool is_settled() const { return status == "ACSC"; }
    bool is_rejected() const { return status == "RJCT"; }
};

struct TransactionPage {
    std::vector<BankTransaction> transactions;
    bool is_last = true; // the page is not full
};

// Fails with reply_unreadable when the body is no list, or one of its transactions lacks id, side,
// amount or status.
Result<TransactionPage> read_transactions(std::string_view body);
// The answer to find_transaction_request. Fails as read_transactions does.
Result<BankTransaction> read_transaction(std::string_view body);

} // namespace settled::connectors::clearbank
