// What banks, partners and clients report, in our words: every bank's dialect is translated into
// these before anything is decided. A fact is complete in itself and keeps the sender's spelling;
// canonical forms are made from it.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "base/money.h"
#include "domain/uk/bacs.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace settled::domain {

// One side of a transfer as the bank names it. Any member may be empty.
struct Party {
    std::string name;
    std::string iban;
    std::string bban;
    std::string sort_code;
    std::string account_number;
};

// The account_key() of a party's first known account, in the order iban, bban, sort code and
// number. May be empty.
std::string account_key_of(const Party& party);

// Money arrived on (credit) or left (debit) one of our accounts.
struct SettlementFact {
    std::string transaction_id; // the bank's
    std::string scheme;         // the bank's word: "FasterPayments", "Chaps", "Bacs", "Transfer"
    bool credit = true;
    bool is_return = false;
    std::string return_reason; // of a return: the bank's code for why
    Money amount;
    std::string end_to_end_id; // as the sender's bank passed it on
    std::string reference;
    std::string uetr; // of the scheme message where there is one
    // The scheme's id of the payment, by which a return names the payment that it gives back.
    std::string actual_end_to_end_id;
    std::string returned_payment_id;    // of a return: the actual end-to-end id it names
    std::string original_end_to_end_id; // of a return: the end-to-end id that its message names
    Party account;                      // ours
    Party counterparty;
    Instant settled_at;
    std::string bacs_id;          // of Bacs: by which its notice, its hold and its return name it
    bool is_direct_debit = false; // the bank says that it is one
};

// What the bank reports of Bacs other than that money moved.
struct BacsFact {
    BacsSubject subject{};
    BacsStatus status{};
    std::string bank_id;     // BacsTransactionId, the original's of a return; of a mandate its id
    std::string returned_by; // of a return: its own BacsTransactionId
    Money amount;            // of a mandate none
    Party account;           // ours
    Party counterparty;
    std::string reference;
    std::string service_user_number;
    std::string transaction_code;
    std::string reason_code;
    std::string detail; // the bank's words
    std::string day;    // of processing; may be empty
};

// The bank opened a virtual account for us.
struct AccountOpenedFact {
    std::string bank_account_id; // the bank's id of the virtual account
    std::string external_id;     // ours, if we gave one
    std::string owner_name;
    Party account;
};

// The bank refused to open a virtual account.
struct AccountRefusedFact {
    std::string bank_account_id; // may be empty
    std::string external_id;     // ours, if we gave one
    std::string iban;            // may be empty
    struct Reason {
        std::string code; // the bank's
        std::string text;
    };
    std::vector<Reason> reasons;
};

// What the bank reports of payments that we asked it to make, other than that they settled.
struct PaymentOutcomeFact {
    enum class Outcome : std::uint8_t {
        held,      // the bank is checking it
        rejected,  // it was not made, or a held one was declined
        duplicate, // the bank already has an instruction with this end-to-end id
    };
    struct Item {
        std::string end_to_end_id;
        Outcome outcome = Outcome::rejected;
        std::string reason_code; // the bank's, or ours for a text without one; may be empty
        std::string reason;      // its words
    };
    std::vector<Item> items;
    std::string scheme;         // the bank's word; may be empty
    std::string transaction_id; // the bank's; may be empty
    bool is_return = false;     // of a return of ours
    // The bank names the creditor's side: of an internal transfer, the bank may report both sides.
    bool credit_side = false;
};

// The bank has made a statement that can be downloaded, page by page.
struct StatementReadyFact {
    std::string message_id;
    std::int64_t pages = 0;
};

struct NewPayment; // domain/payment.h

// A payment that a client registers by a push message instead of the API.
struct PaymentFact {
    std::shared_ptr<const NewPayment> payment;
};

// A platform notifies us of something that happened there.
struct NotificationFact {
    std::string platform_id; // of the business object, which has many notifications
    std::string type;
    std::string event_time_text;       // as sent
    std::optional<Instant> event_time; // nullopt: it cannot be read
    std::string content_url;           // untrusted; empty: there is none
    std::string message;               // JSON: the members as sent
};

// The core banking system says that something happened to a loan: no more than where to look.
struct CoreBankFact {
    enum class Event : std::uint8_t { loan_approved, loan_disbursed } event = Event::loan_approved;
    std::string loan_account_id;
    std::string transaction_id; // of a disbursement: the core bank's id of it
};

// A webhook that is known and stored but has no effect (yet).
struct ArchivedFact {};

// A webhook of a type that has an effect, but a needed part is missing or unreadable: a person must
// decide.
struct UnreadableFact {
    std::string reason;
};

using BankFact = std::variant<ArchivedFact, SettlementFact, AccountOpenedFact, AccountRefusedFact,
                              PaymentOutcomeFact, UnreadableFact, PaymentFact, BacsFact,
                              CoreBankFact, StatementReadyFact, NotificationFact>;

// An authentic webhook, read.
struct InboundWebhook {
    std::string type;
    std::int64_t version = 0;
    std::int64_t nonce = 0; // to be echoed in the answer

    // The composite key of the inbox (docs/intake.md): type, unique id, scheme, suffix.
    // It correlates webhooks about one thing and need not be unique.
    std::string unique_id;
    std::string scheme;
    std::string
        suffix; // "", "-REV"; the inbox makes it "-RETRY" for a further reversal of the same key

    // What makes two deliveries the same event: the above, and what the bank adds to distinguish
    // the two legs of a transfer. Never the nonce, which is new in each delivery.
    std::string dedupe_key;
    // SHA-256 of the payload's text: the same key with another digest is a conflict, not a
    // duplicate.
    std::array<std::uint8_t, 32> payload_digest{};

    BankFact fact;
};

// "TransactionSettled:E2E-1:FasterPayments-REV"
std::string composite_key(const InboundWebhook& webhook);

} // namespace settled::domain
