// A statement file as a whole: read once to see that it is whole, which accounts it has, and to sum it up;
// then again, for the entries of the statements that are wanted. Its entries are never held in memory.
#pragma once

#include "statements/reader.h"
#include "statements/summary.h"

#include <cstddef>
#include <functional>
#include <istream>
#include <limits>
#include <string>
#include <vector>

namespace settled::statements {

struct FileOptions {
    Format format = Format::by_content;
    CsvOptions csv;
    std::string account; // the one account that is wanted; empty: all that the file has
    std::size_t statements_max = std::numeric_limits<std::size_t>::max();
};

// What a file has, and which of it is wanted.
struct FileSummary {
    std::vector<Summary> statements; // those that are wanted
    std::vector<bool> wanted;        // of all, in the order of the file
};

// Called every thousand entries and after each statement. An error ends the reading with it.
using FileTick = std::function<Result<>()>;

// Reads the file from its beginning. All accounts are wanted, or the one of the options; an account that the
// file writes in its own way is that one where the file has no other of that kind. `name` is used in
// errors. Fails with account_unknown when the account of the options is not there,
// statement_unsupported when there is no statement or there are too many, and as read_statements() does.
Result<FileSummary> summarize_file(std::istream& in, const std::string& name,
                                   const FileOptions& options, const FileTick& tick);

// Reads the file from its beginning and passes on the wanted statements, with the account of the options in
// the place of one that the file writes in its own way. Fails with statement_malformed where the file has
// changed since `wanted` was found.
Result<> pass_on_file(std::istream& in, const std::string& name, const FileOptions& options,
                      const std::vector<bool>& wanted, Sink& sink, const FileTick& tick);

} // namespace settled::statements
