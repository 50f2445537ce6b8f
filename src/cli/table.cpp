#include "cli/table.h"

#include "cli/layout.h"

#include <algorithm>

namespace settled::cli {

std::string table(const std::vector<TableLine>& lines, std::string_view right,
                  std::string_view indent) {
    std::vector<std::size_t> widths;
    for (const TableLine& line : lines) {
        widths.resize(std::max(widths.size(), line.size()));
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], columns(line[i]));
    }
    std::string out;
    for (const TableLine& line : lines) {
        out += indent;
        for (std::size_t i = 0; i < line.size(); ++i) {
            const std::string space(widths[i] - columns(line[i]), ' ');
            const bool is_last = i + 1 == line.size();
            const bool to_right = i < right.size() && right[i] == 'r';
            out += to_right ? space + line[i] : is_last ? line[i] : line[i] + space;
            out += is_last ? "\n" : "  ";
        }
    }
    return out;
}

std::string facts(const std::vector<std::pair<std::string_view, std::string>>& all) {
    std::vector<TableLine> lines;
    for (const auto& [name, value] : all)
        if (!value.empty())
            lines.push_back({std::string(name), value});
    return table(lines, "", "  ");
}

std::string or_dash(std::string text) {
    return text.empty() ? "-" : text;
}

std::string to_minute(std::string time) {
    constexpr std::size_t minute_length = 16;
    time.resize(std::min(time.size(), minute_length));
    return time;
}

std::string safe(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; }, '?');
    return text;
}

} // namespace settled::cli
