// The model bank's API, as much of ClearBank's as `settled` calls: /v1/Test, accounts, transactions,
// Faster Payments, CHAPS, returns of Bacs credits, statements.
//
// Checks in this order: a fault that a test ordered, token (403), path (404) and method (405), then
// for what changes something: Content-Type (415), X-Request-Id (400, 1 to 83 characters),
// DigitalSignature over the exact bytes (400), repeated X-Request-Id (409). Source: ClearBank
// "Getting started", headers and status codes; "Virtual accounts"; "Faster Payments".
//
// Threads: used on one io_context only.
#pragma once

#include "base/secret.h"
#include "crypto/rsa.h"
#include "sandbox/bank/accounts/account_orders.h"
#include "sandbox/bank/accounts/account_rules.h"
#include "sandbox/bank/accounts/accounts.h"
#include "sandbox/bank/api/api_faults.h"
#include "sandbox/bank/api/call_log.h"
#include "sandbox/bank/api/pauses.h"
#include "sandbox/bank/api/request_ids.h"
#include "sandbox/bank/bacs/bacs_desk.h"
#include "sandbox/bank/later.h"
#include "sandbox/bank/payments/ledger.h"
#include "sandbox/bank/payments/payments.h"
#include "sandbox/bank/statements/bank_statements.h"
#include "sandbox/bank/webhooks/sender.h"
#include "sandbox/base/handler.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::sandbox {

class BankApi final : public SandboxHandler {
  public:
    struct Parts {
        Accounts& accounts;
        Ledger& ledger;
        Payments& payments;
        BacsDesk& bacs;
        AccountRules& account_rules;
        BankStatements& statements;
        WebhookSender& sender;
        std::shared_ptr<Later> later;
        const Secret& token;
        std::shared_ptr<const crypto::Verifier> institution;
        std::shared_ptr<Pauses> pauses;
        const Clock& clock;
        Rng& rng;
    };
    explicit BankApi(Parts parts) : parts_(std::move(parts)) {}

    Task<net::Response> handle(net::Request request) override;

    ApiFaults& faults() { return faults_; }
    // Faults are over: no new ones, and replies that are kept back go out.
    void end_faults();
    const CallLog& calls() const { return calls_; }
    // A transaction is shown to queries only so long after it happened.
    void set_query_lag(std::chrono::milliseconds lag) { query_lag_ = lag; }
    std::chrono::milliseconds query_lag() const { return query_lag_; }

    struct SignatureCounts {
        std::uint64_t verified = 0;
        std::uint64_t refused = 0; // absent, unreadable or wrong
    };
    const SignatureCounts& signatures() const { return signatures_; }

  private:
    using Path = std::vector<std::string>;
    using Routed = std::optional<net::Response>; // none: the path is not one of these

    net::Response answer(const net::Request& request);
    bool authorized(const net::Request& request) const;
    std::optional<net::Response> refuse_write(const net::Request& request);
    bool signature_holds(const net::Request& request);
    Routed route_test(const net::Request& request, const Path& path);
    Routed route_accounts(const net::Request& request, const Path& path);
    Routed route_virtual_accounts(const net::Request& request, const Path& path);
    Routed route_transactions(const net::Request& request, const Path& path) const;
    Routed route_payments(const net::Request& request, const Path& path);
    Routed route_bacs_returns(const net::Request& request, const Path& path);
    net::Response pay(const net::Request& request, const Path& path);
    Routed route_statements(const net::Request& request, const Path& path);
    bool is_below_account(const Path& path, std::string_view version) const;
    net::Response test(const net::Request& request);
    net::Response open_accounts(const net::Request& request);
    void open_one(const AccountOrder& order);
    net::Response disable_account(const net::Request& request, const std::string& id);

    Parts parts_;
    RequestIds request_ids_;
    ApiFaults faults_;
    CallLog calls_;
    SignatureCounts signatures_;
    std::chrono::milliseconds query_lag_{0};
};

} // namespace settled::sandbox
