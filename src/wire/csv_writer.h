// Comma-separated values for people's programs (RFC 4180): CRLF, quotes where they are needed.
//
// A spreadsheet takes a cell that begins with = + - @ or a control character for a formula, and
// what a payer writes into a reference would run on the desk of the person who opens the file. Such
// a text gets an apostrophe before it, which spreadsheets do not show; so does a text that looks as
// if it had got one. Amounts are written as they are: ours are digits and never negative.
#pragma once

#include <string>
#include <string_view>

namespace settled::wire {

class CsvWriter {
  public:
    // Text from outside.
    CsvWriter& text(std::string_view value);
    // What we made ourselves: ids, amounts, times, tokens.
    CsvWriter& plain(std::string_view value);
    CsvWriter& end_row();

    // What was written since the last call.
    std::string take();

  private:
    void field(std::string_view prefix, std::string_view value);

    std::string out_;
    bool fresh_ = true; // of the row
};

// What text() was given, from the field that it became.
std::string_view text_in_field(std::string_view field);

} // namespace settled::wire
