// SWIFT MT940 (customer statement), one message of the file after the other, with or without its
// blocks ({1:…}{4:…-}). Lines end in CRLF or LF.
//
// What is taken: :20: :25: (also :25P:) :28C: (also :28:) :60F: :60M: :61: :86: :62F: :62M:. Other
// fields are passed over. What stands in :86: behind a :61: is read by narrative.h. Reversals (RC,
// RD) have the direction of the booking; expected entries (EC, ED) are not booked and are passed
// over, and so are entries of no amount. Source: SWIFT Standards MT, category 9, MT940 field
// specifications.
#pragma once

#include "statements/statement.h"

#include <istream>

namespace settled::statements {

// Errors say the file and the line: statement_malformed, statement_unsupported (no field :20: is
// there), amount_invalid, currency_unknown, timestamp_invalid.
Result<> read_mt940(std::istream& in, const std::string& name, Sink& sink);

} // namespace settled::statements
