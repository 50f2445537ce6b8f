// The fields by which a payment and a settlement are compared, in canonical form. The same type
// serves both sides, so that the same code makes their keys and either may come first.
#pragma once

#include "base/clock.h"
#include "base/money.h"
#include "match/rail.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace settled::match {

// Faster Payments carries this much of an end-to-end id (Open Banking UK, payment
// initiation 4.0.0).
inline constexpr std::size_t end_to_end_id_chars_max = 31;
// The most that a scheme carries as remittance text (ISO 20022 Max140Text, four lines of 35 in an
// MT).
inline constexpr std::size_t reference_chars_max = 140;

// The amounts that a payment may settle as when an exchange or charges lie between. Both ends
// belong to the range; one currency.
struct Bounds {
    Money lowest;
    Money highest;

    bool hold(const Money& amount) const {
        return amount.currency == lowest.currency && amount.minor >= lowest.minor &&
               amount.minor <= highest.minor;
    }
    friend bool operator==(const Bounds&, const Bounds&) = default;
};

// Empty text means absent; an absent field never equals and never contradicts anything.
struct MatchFields {
    std::string account;       // payee account, account_key() form; never empty
    Money amount;              // positive
    std::string end_to_end_id; // canonical, cut at 31 (what Faster Payments carries)
    std::string reference;     // canonical, at most 140
    std::string uetr;          // lower-case UUID, or another scheme id that both sides know
    std::string other_account; // the payer's, account_key() form
    std::string other_name;    // canonical
    Instant at;                // when the payment was created, or the settlement settled
    Rail rail = Rail::unknown;
    // Of a payment only: whether its account was opened for it alone; the amounts it may settle as.
    bool single_use = false;
    std::optional<Bounds> accepted_range = std::nullopt;

    friend bool operator==(const MatchFields&, const MatchFields&) = default;
};

// Canonical text: letters folded to ASCII (fold.h), upper case, only A-Z and 0-9 kept. Sentinels
// that mean "nothing" (NOTPROVIDED, NONREF, N/A, a lone '-', one character repeated) become empty.
// Applied to its own result it changes nothing; nor do the two below.
std::string canonical(std::string_view text);

// As canonical(), cut at 140, without what banks put around a reference: code words of an MT field
// 70 (/ROC/, /RELID/, /RFB/…) and "Payment from <name>: " before it, the separate word BGC after
// it.
std::string canonical_reference(std::string_view text);

// As canonical(), of the first 31 characters: the cut comes first, as it does at the bank, so that
// an id with hyphens is cut at the same place on both sides. For CHAPS the bank reports "II-" + the
// instruction id of the sender's bank instead of the end-to-end id (source: ClearBank webhook v6
// page): such a value is no end-to-end id and gives "".
std::string canonical_end_to_end_id(std::string_view text);

} // namespace settled::match
