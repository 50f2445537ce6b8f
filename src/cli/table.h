// Tables and lists of facts, as text for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::cli {

using TableLine = std::vector<std::string>;

// Columns as wide as their widest cell, two spaces between. `right`: an 'r' for each column whose
// cells end at the right, as numbers do; columns beyond it begin at the left.
std::string table(const std::vector<TableLine>& lines, std::string_view right = "",
                  std::string_view indent = "");

// "  name   value" lines; those without a value are left out.
std::string facts(const std::vector<std::pair<std::string_view, std::string>>& all);

std::string or_dash(std::string text);
// Of a time such as "2027-03-31T10:15:00.000Z", without its seconds; empty: empty.
std::string to_minute(std::string time);
// What a text from outside may not do to a terminal: control characters become '?'.
std::string safe(std::string text);

} // namespace settled::cli
