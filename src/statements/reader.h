// A statement file of any form that is known.
#pragma once

#include "statements/csv.h"

#include <istream>

namespace settled::statements {

enum class Format : std::uint8_t { by_content, camt, mt940, csv };

// By what the file begins with: '<' (also behind a byte order mark) is camt, '{' or ':' or a line
// that begins a field is MT940, anything else is CSV.
Format format_of(std::istream& in);

Result<> read_statements(std::istream& in, const std::string& name, Format format,
                         const CsvOptions& options, Sink& sink);

} // namespace settled::statements
