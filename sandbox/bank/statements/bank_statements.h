// The model bank's statements: asked for by a period, made after a while, announced by webhook and
// downloaded page by page, each page a camt.053 document of its own.
//
// What the bank's page says and a client has to live with: a statement is of all accounts of the
// institution; a page has at most 5,000 transactions of them, so an account may be on some pages
// only; the webhook names the message and its pages, not the request. What it leaves open and this
// model decides: each page states the balances of the whole period.
// Source: ClearBank page "Account reporting", OpenAPI file "camt053-statement-request-v1".
//
// Threads: used on one io_context only.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "net/http.h"
#include "sandbox/bank/accounts/accounts.h"
#include "sandbox/bank/later.h"
#include "sandbox/bank/payments/ledger.h"
#include "sandbox/bank/webhooks/sender.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace settled::sandbox {

class BankStatements {
  public:
    struct Parts {
        const Accounts& accounts;
        const Ledger& ledger;
        WebhookSender& sender;
        std::shared_ptr<Later> later;
        const Clock& clock;
        Rng& rng;
    };
    // What a test may change.
    struct Manners {
        std::size_t page_size = 5000;
        std::chrono::milliseconds delay{0}; // from the request to the webhook
        std::size_t drop_id_every = 0;      // every so many entries have no AcctSvcrRef; 0: none
        bool intraday = false;              // a period that is not over is taken
        bool silent = false;                // the webhook never comes
    };
    explicit BankStatements(Parts parts) : parts_(std::move(parts)) {}

    void set_manners(Manners manners) { manners_ = manners; }

    // 202, or 422 with the errors by member.
    net::Response request(const std::string& body);
    // 200 with the XML, 404.
    net::Response page(const std::string& message_id, const std::string& number) const;

  private:
    struct Statement {
        std::string message_id;
        Instant from, to, made;
        std::size_t page_size = 1;
        std::size_t drop_id_every = 0;
        std::vector<Booking> entries; // settled in the period, in the order of settling
        std::map<std::string, std::int64_t> opening; // by account, minor units

        std::size_t pages() const;
    };
    void make(Instant from, Instant to);
    std::string document(const Statement& statement, std::size_t page) const;

    Parts parts_;
    Manners manners_;
    std::map<std::string, Statement> statements_; // by the message's id in lower case
};

} // namespace settled::sandbox
