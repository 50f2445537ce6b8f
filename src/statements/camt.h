// ISO 20022 camt.053 (statement), camt.054 (notification of credits and debits) and camt.052
// (intraday report, read as a notification: it need not be complete), versions 02 to 13, one
// statement of the file after the other and never the file whole.
//
// What is taken: BOOK entries; others (pending, information) are passed over, and so are entries of
// no amount. A batch entry with details that say their amounts becomes an entry for each of them;
// where they do not add up to the entry (charges), what is over is an entry of its own, so that the
// balance still holds. Details without amounts leave the entry whole. Balances: OPBD, else PRCD;
// CLBD; ITBD on the pages between.
// Source: the message definitions of camt.053.001.02 to .13 and camt.054.001.02 to .13.
#pragma once

#include "statements/statement.h"

#include <istream>

namespace settled::statements {

// Errors say the file and the line: statement_malformed, statement_unsupported, amount_invalid,
// currency_unknown, timestamp_invalid.
Result<> read_camt(std::istream& in, const std::string& name, Sink& sink);

} // namespace settled::statements
