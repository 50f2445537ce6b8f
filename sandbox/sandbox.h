// The model outside world on loopback: a bank that behaves as ClearBank documents itself, a core bank
// that behaves as Mambu does, a payment provider, a platform that notifies, a partner, and a control API
// that makes things happen. `settled sandbox`, `settled
// demo` and the tests use it as the server's other side. sandbox/README.md describes the control
// API.
//
// Threads: everything runs on the one io_context given; call nothing from elsewhere. Before a
// Sandbox is destroyed, await stop() or end the io_context.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "base/task.h"
#include "net/client/client.h"
#include "net/server/server.h"
#include "sandbox/bank/accounts/account_rules.h"
#include "sandbox/bank/accounts/accounts.h"
#include "sandbox/bank/api/api.h"
#include "sandbox/bank/api/pauses.h"
#include "sandbox/bank/bacs/bacs_desk.h"
#include "sandbox/bank/later.h"
#include "sandbox/bank/payments/ledger.h"
#include "sandbox/bank/payments/payment_rules.h"
#include "sandbox/bank/payments/payments.h"
#include "sandbox/bank/webhooks/sender.h"
#include "sandbox/core_bank/books.h"
#include "sandbox/core_bank/core_api.h"
#include "sandbox/core_bank/core_webhooks.h"
#include "sandbox/keys/key_files.h"
#include "sandbox/partner/partner.h"
#include "sandbox/platform/platform.h"
#include "sandbox/provider/provider.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace settled::sandbox {

// Ports of 0 take any free one; ports() then says which.
struct SandboxOptions {
    std::string directory; // for keys and certificates, see KeyFiles, and the number of runs
    // Of the first run in the directory. Later ones go on with other sequences, so that the bank
    // never sends an id again.
    std::uint64_t seed = 1;
    std::uint16_t control_port = 0;
    std::uint16_t bank_port = 0;
    std::uint16_t core_bank_port = 0;
    std::uint16_t partner_port = 0;
    std::uint16_t partner_tls_port = 0;
    std::uint16_t platform_port = 0;
    std::uint16_t platform_tls_port = 0;
    // Before the core bank sends a webhook again; doubled each time.
    std::chrono::milliseconds core_bank_first_wait{60'000};
    SenderTiming timing;          // the bank's own times; tests make them short
    std::size_t connections = 16; // webhooks on the way at a time, at most the client's pool
    std::string
        trusted_certificates; // PEM file instead of the sandbox's own, for its calls by HTTPS
};

struct Ports {
    std::uint16_t control = 0;
    std::uint16_t bank = 0;
    std::uint16_t core_bank = 0;
    std::uint16_t partner = 0;
    std::uint16_t partner_tls = 0;
    std::uint16_t platform = 0;
    std::uint16_t platform_tls = 0;
};

// Where `settled` is. Empty members leave things as they are; the control API sets them too.
struct Targets {
    std::string webhook_url;                // its /hooks/{connector}
    std::string settled_url;                // its API's root
    Secret api_key;                         // for POST /v1/payments
    std::string core_bank_webhook_url = {}; // its /hooks/{connector} of the core bank
};

class Sandbox {
  public:
    static Result<std::unique_ptr<Sandbox>> start(boost::asio::io_context& io,
                                                  SandboxOptions options);
    ~Sandbox();

    Ports ports() const;
    const KeyFiles& key_files() const { return keys_.files; }
    // Fails with url_invalid.
    Result<> aim(Targets targets);
    // Webhooks go to all of these in turn. Fails with url_invalid.
    Result<> spread_webhooks(const std::vector<std::string>& urls);

    boost::asio::io_context& io() { return io_; }
    const Clock& clock() const { return clock_; }
    Rng& rng() { return rng_; }
    Accounts& accounts() { return accounts_; }
    Ledger& ledger() { return ledger_; }
    AccountRules& account_rules() { return account_rules_; }
    PaymentRules& payment_rules() { return payment_rules_; }
    Payments& payments() { return payments_; }
    BacsDesk& bacs() { return bacs_; }
    BankCalendar& calendar() { return calendar_; }
    BankStatements& statements() { return statements_; }
    WebhookSender& sender() { return *sender_; }
    BankApi& bank_api() { return bank_api_; }
    Partner& partner() { return *partner_; }
    Provider& provider() { return provider_; }
    Platform& platform() { return *platform_; }
    // With which it notifies, unless the control API says another one.
    Secret platform_password() const { return keys_.platform_password.copy(); }
    CoreBooks& core_books() { return core_books_; }
    CoreApi& core_api() { return core_api_; }
    CoreWebhooks& core_webhooks() { return *core_webhooks_; }

    Task<> stop();

  private:
    struct Parts;
    explicit Sandbox(Parts parts);
    Result<> listen();

    boost::asio::io_context& io_;
    SandboxOptions options_;
    SystemClock clock_;
    SystemRng system_rng_; // of the servers, so that traffic does not disturb the seed's sequence
    SeededRng rng_;
    Keys keys_;
    std::shared_ptr<net::Client> client_;
    Accounts accounts_;
    std::shared_ptr<WebhookSender> sender_;
    std::shared_ptr<Later> later_;
    std::shared_ptr<Pauses> pauses_;
    Ledger ledger_;
    AccountRules account_rules_;
    PaymentRules payment_rules_;
    BankCalendar calendar_{clock_};
    Payments payments_;
    BacsDesk bacs_;
    BankStatements statements_;
    BankApi bank_api_;
    std::shared_ptr<CoreWebhooks> core_webhooks_;
    CoreBooks core_books_;
    CoreApi core_api_;
    Provider provider_;
    std::unique_ptr<Partner> partner_;
    std::unique_ptr<Platform> platform_;
    std::unique_ptr<SandboxHandler> control_;
    std::unique_ptr<net::Server> bank_server_;
    std::unique_ptr<net::Server> core_bank_server_;
    std::unique_ptr<net::Server> control_server_;
};

// Starts a sandbox on an io_context of its own, passes it to `ready` and runs until SIGINT or
// SIGTERM.
Result<> run_sandbox(SandboxOptions options, const std::function<void(Sandbox&)>& ready);

} // namespace settled::sandbox
