// Comma-separated values as programs write them (RFC 4180): quoted fields with "" for a quote, line
// breaks inside quotes, CRLF or LF, a byte order mark at the beginning, no line end after the last
// record. Empty lines are skipped. Strict where a guess could move money: text behind a closing
// quote, a quote inside an unquoted field and an unclosed quote are errors, and so is a record with
// more or fewer fields than the header.
#pragma once

#include "base/error.h"

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::wire {

// What stands between fields: comma, semicolon or tab, whichever is more often in the first line
// (programs of countries with a decimal comma write semicolons). The stream stays where it was.
char delimiter_of(std::istream& in);

class CsvReader {
  public:
    // `name` is what errors call the file. The stream must outlive the reader. The first record is
    // the header.
    static Result<CsvReader> open(std::istream& in, std::string name, char delimiter = ',');
    // The same for a part of a file that begins on this line of it. Without a header the columns are
    // called "1", "2", and so on, and the first record is the first that next() gives.
    static Result<CsvReader> open_at(std::istream& in, std::string name, char delimiter,
                                     std::size_t first_line, bool has_header);

    // The place of a column in each record; its name is compared without regard to case and
    // surrounding spaces.
    std::optional<std::size_t> column(std::string_view name) const;
    // The names of the columns, in lower case and trimmed.
    const std::vector<std::string>& header() const { return header_; }
    // False at the end of the file. The fields are valid until the next call.
    Result<bool> next();
    const std::string& field(std::size_t column) const { return fields_[column]; }
    // "payments.csv, line 17", the line on which the current record begins.
    std::string place() const;
    std::size_t line() const { return record_line_; }

  private:
    CsvReader(std::istream& in, std::string name, char delimiter)
        : in_(&in), name_(std::move(name)), delimiter_(delimiter) {}
    bool fill();
    int peek();
    Result<bool> read_record();
    Result<void> read_quoted(std::string& field);
    Result<void> read_plain(std::string& field);
    std::unexpected<Error> malformed(std::string_view what) const;

    std::istream* in_;
    std::string name_;
    char delimiter_;
    std::string buffer_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t record_line_ = 1;
    std::vector<std::string> header_;
    std::vector<std::string> fields_;
    std::size_t count_ = 0;
    bool is_read_ahead_ = false; // the current record is the first that next() gives
};

} // namespace settled::wire
