// Bank account numbers as people and banks write them.
//
// Check digits are validated for what our own API takes in (ISO 13616, mod 97); they are not for
// what a bank sends: its published examples fail them, and it knows its accounts better than we do.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace settled {

// Upper-cased and without spaces: "GB57CLRB04040100057354". Checks shape, length for GB, and
// mod 97.
Result<std::string> parse_iban(std::string_view text);

// True if `iban` (upper-case, no spaces) has remainder 1 modulo 97.
bool iban_check_digits_hold(std::string_view iban);

// True if `text` has the shape of an IBAN, in either case, with or without spaces: what a bank may
// send as one. The check digits may be wrong.
bool is_iban_shaped(std::string_view text);

// "04-00-04" or "040004" → "040004"; "1234567" → "01234567" (seven digits take a leading zero, six
// two).
Result<std::string> parse_sort_code(std::string_view text);
Result<std::string> parse_account_number(std::string_view text);

// One spelling of an account, the same for every way to write it: a GB IBAN folds to its 14 digits
// of sort code and account number ("04040100057354"), any other IBAN to itself in upper case
// without spaces, a BBAN of four letters and 14 digits to those digits. Empty when the text is absent
// or masked ("*****493", "XXXXXXXXXXXX"): what is not readable is not compared.
std::string account_key(std::string_view iban_or_bban);
std::string account_key(std::string_view sort_code, std::string_view account_number);

// For logs and screens: only the last four characters ("…7354").
std::string masked_account(std::string_view account);

} // namespace settled
