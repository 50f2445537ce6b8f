// Charges that a bank took off one entry, as the statement states them. They stand after the entry's
// text, where a person reads them next to an amount that differs: "invoice 9001 (charges 2.50 EUR)".
// What is compared with a settlement's reference, or identifies a statement, is the text before them.
#pragma once

#include "base/money.h"

#include <string>
#include <string_view>

namespace settled::statements {

// `charges` more than nothing. A text that would become longer than a remittance may be stays as it is.
std::string with_charges(std::string text, Money charges);
// The text without what with_charges() added.
std::string_view without_charges(std::string_view text);

} // namespace settled::statements
