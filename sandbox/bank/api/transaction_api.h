// The model bank's answers about transactions: what is settled, held or under way, after the
// query's lag. Instructions that the bank refused are never shown, and neither is whether a
// transaction is a return.
// Source: ClearBank endpoints GET /v2/Transactions, /v2/Accounts/{id}/Transactions[/{id}],
// /v2/Accounts/{id}/Virtual/{id}/Transactions[/{id}]; CB "Transaction data" (eventual consistency).
#pragma once

#include "base/clock.h"
#include "net/http.h"
#include "sandbox/bank/accounts/accounts.h"
#include "sandbox/bank/payments/ledger.h"

#include <chrono>
#include <string>

namespace settled::sandbox {

struct TransactionView {
    const Accounts& accounts;
    const Ledger& ledger;
    Instant now;
    std::chrono::milliseconds lag;
};

// `account`: IBAN of a virtual account; empty for all of the institution's. Newest first. Filters:
// startDateTime, endDateTime, paymentMethodType, endToEndIdentifier; 400 for what is none.
net::Response show_transactions(const TransactionView& view, const net::Request& request,
                                const std::string& account);
net::Response show_transaction(const TransactionView& view, const std::string& account,
                               const std::string& transaction_id);

} // namespace settled::sandbox
