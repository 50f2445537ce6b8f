// The payloads of the model bank's webhooks, and what the schemes do to a payment on its way.
// Source: ClearBank webhook pages Transaction Settled v6 (with both samples), Virtual Account
// Created and Creation Failed v3, FITestEvent; for the cuts, the scheme pages named at each.
#pragma once

#include "base/clock.h"
#include "base/money.h"
#include "base/rng.h"
#include "sandbox/bank/accounts/accounts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::sandbox {

// What banks on the way are known to do beyond the scheme's own rules; each was seen with a real
// one.
struct Mutations {
    std::size_t cut = 0;             // the reference cut to this many characters; 0: not cut
    bool upper = false;              // the reference in capitals
    bool blank = false;              // the reference blanked, as profanity screening does
    std::string prefix;              // put before the reference ("Payment from A: ", "/ROC/")
    bool drop_end_to_end_id = false; // NOTPROVIDED instead
    bool drop_payer = false;         // no counterpart account and name
};

struct SettledPayment {
    std::string account_iban;
    std::string account_owner;
    Money amount;
    std::string scheme = "FasterPayments"; // or Chaps, Bacs, Transfer
    std::string reference;
    std::string end_to_end_id;
    std::string uetr; // CHAPS; made up when empty
    std::string payer_name;
    std::string payer_iban;
    bool credit = true;
    bool is_return = false;
    std::string transaction_id; // made up when empty
    std::string scheme_id;      // ActualEndToEndTransactionId of FPS; made up when empty
    Mutations mutations;
};

struct Payload {
    std::string type;
    int version = 1;
    std::string json;
    std::string label; // transaction id, IBAN: what a test finds it by
};

Payload transaction_settled(const SettledPayment& payment, Instant now, Rng& rng);
// The table of the webhook's page and its example do not agree: AccountIdentifiers with IBAN and
// BBAN and ExternalIdentifier next to it, or AccountIdentifier with Iban, Bban and
// ExternalIdentifier within.
enum class AccountSpelling : std::uint8_t { example, table };
Payload virtual_account_created(const VirtualAccount& account, std::string_view real_account_id,
                                AccountSpelling spelling = AccountSpelling::example);
Payload virtual_account_refused(const AccountOrder& order, const Accounts::Refusal& refusal,
                                std::string_view real_account_id, Instant now, Rng& rng);
Payload fi_test_event();

} // namespace settled::sandbox
