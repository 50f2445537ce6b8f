// A statement file of any form that is known.
#pragma once

#include "statements/csv.h"

#include <istream>

namespace settled::statements {

enum class Format : std::uint8_t { by_content, camt, mt940, csv };

// By what the file begins with: '<' (also behind a byte order mark) is camt, '{' or ':' or a line
// that begins a field is MT940, anything else is CSV. Fails with statement_unsupported, and says
// what it is, for an empty file and for archives and documents that hold no statement.
Result<Format> format_of(std::istream& in, const std::string& name);

// A byte order mark is passed over; MT940 and CSV in UTF-16 are read, too.
Result<> read_statements(std::istream& in, const std::string& name, Format format,
                         const CsvOptions& options, Sink& sink);

} // namespace settled::statements
