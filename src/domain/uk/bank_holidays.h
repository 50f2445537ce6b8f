// Bank holidays of England and Wales.
//
// Built in is the rule that stands in law and custom, with the days that were proclaimed or moved;
// later proclamations come from an operator's file. Source: Banking and Financial Dealings Act 1971
// and gov.uk, "UK bank holidays".
#pragma once

#include "base/error.h"

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

class BankHolidays {
  public:
    // The rule alone.
    BankHolidays() = default;

    // A file with a date (YYYY-MM-DD) at the beginning of each line, whatever follows it on the
    // line; blank lines and lines that begin with # say nothing. A year that it names a day of is
    // taken from it alone, every other year from the rule. Fails with value_invalid, naming the line.
    static Result<BankHolidays> parse(std::string_view text);

    bool contains(std::chrono::sys_days day) const;
    // The years that come from the file, rising; empty: there is none.
    std::vector<int> years_of_file() const;

  private:
    std::set<std::chrono::sys_days> days_;
    std::set<int> years_;
};

} // namespace settled::domain
