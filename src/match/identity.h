// What a payment and a settlement are compared by: their canonical fields. The same type serves both
// sides, so that the same code makes their keys and either may come first.
#pragma once

#include "base/clock.h"
#include "base/money.h"

#include <string>
#include <string_view>

namespace settled::match {

// Empty text means absent; an absent field never equals and never contradicts anything.
struct Identity {
    std::string account;       // payee account, account_key() form; never empty
    Money amount;              // positive
    std::string end_to_end_id; // canonical, cut at 31 (what Faster Payments carries)
    std::string reference;     // canonical
    std::string uetr;          // lower-case UUID, or another scheme id that both sides know
    std::string other_account; // the payer's, account_key() form
    std::string other_name;    // canonical
    Instant at;                // when the payment was created, or the settlement settled

    friend bool operator==(const Identity&, const Identity&) = default;
};

// Canonical text: Unicode NFKD-like folding of Latin letters to ASCII, upper case, only A-Z and 0-9 kept.
// Sentinels that mean "nothing" (NOTPROVIDED, NONREF, a lone '-', one character repeated) become empty.
std::string canonical(std::string_view text);

// As canonical(), without the prefixes that banks put before a reference: code words of an MT field 70
// (/ROC/, /RELID/, /RFB/…), and "Payment from <name>: ".
std::string canonical_reference(std::string_view text);

// As canonical(), cut at 31. For CHAPS the bank reports "II-" + the instruction id of the sender's bank
// instead of the end-to-end id (source: ClearBank webhook v6 page): such a value is no end-to-end id and
// gives "".
std::string canonical_end_to_end_id(std::string_view text);

} // namespace settled::match
