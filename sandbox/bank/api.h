// The model bank's API, as much of ClearBank's as `settled` calls: /v1/Test, real and virtual
// accounts.
//
// Checks in this order: token (403), path (404) and method (405), then for what changes something:
// Content-Type (415), X-Request-Id (400, 1 to 83 characters), DigitalSignature (400), repeated
// X-Request-Id (409). Source: ClearBank "Getting started", headers and status codes; "Virtual
// accounts".
#pragma once

#include "base/secret.h"
#include "crypto/rsa.h"
#include "sandbox/bank/accounts.h"
#include "sandbox/bank/request_ids.h"
#include "sandbox/bank/sender.h"
#include "sandbox/base/handler.h"
#include "sandbox/base/input.h"

#include <memory>
#include <optional>

namespace settled::sandbox {

// The next calls are answered so, before any check: outages and rate limits.
struct ApiFault {
    int status = 503; // 429 has ClearBank's own body
    std::size_t count = 0;
    int retry_after_s = 0; // 0: no header
};

class BankApi final : public SandboxHandler {
  public:
    struct Parts {
        Accounts& accounts;
        WebhookSender& sender;
        const Secret& token;
        std::shared_ptr<const crypto::Verifier> institution;
        const Clock& clock;
        Rng& rng;
    };
    explicit BankApi(Parts parts) : parts_(std::move(parts)) {}

    Task<net::Response> handle(net::Request request) override;
    void fail_next(ApiFault fault) { fault_ = fault; }
    std::size_t calls() const { return calls_; }

  private:
    net::Response answer(const net::Request& request);
    net::Response faulty();
    bool authorized(const net::Request& request) const;
    std::optional<net::Response> refuse_write(const net::Request& request);
    net::Response route(const net::Request& request);
    net::Response test(const net::Request& request);
    net::Response real_accounts() const;
    net::Response virtual_accounts(const net::Request& request) const;
    net::Response virtual_account(const std::string& id) const;
    net::Response open_accounts(const net::Request& request);
    void open_one(const AccountOrder& order);

    Parts parts_;
    RequestIds request_ids_;
    ApiFault fault_;
    std::size_t calls_ = 0;
};

} // namespace settled::sandbox
