#include "wire/csv_writer.h"

#include <utility>

namespace settled::wire {

namespace {

bool could_be_a_formula(std::string_view value) {
    if (value.empty())
        return false;
    const auto first = static_cast<unsigned char>(value.front());
    return std::string_view("=+-@").contains(value.front()) || first < 0x20 || first == 0x7F ||
           // The same signs in full width, which some programs take as well.
           value.starts_with("\xEF\xBC\x9D") || value.starts_with("\xEF\xBC\x8B") ||
           value.starts_with("\xEF\xBC\x8D") || value.starts_with("\xEF\xBC\xA0");
}

// A formula, or one behind apostrophes, of which one would be taken away on the way back.
bool needs_guard(std::string_view value) {
    while (value.starts_with('\''))
        value.remove_prefix(1);
    return could_be_a_formula(value);
}

} // namespace

std::string_view text_in_field(std::string_view field) {
    return field.starts_with('\'') && needs_guard(field) ? field.substr(1) : field;
}

void CsvWriter::field(std::string_view prefix, std::string_view value) {
    if (!std::exchange(fresh_, false))
        out_ += ',';
    if (value.find_first_of(",\"\r\n") == value.npos) {
        out_ += prefix;
        out_ += value;
        return;
    }
    out_ += '"';
    out_ += prefix;
    for (const char c : value) {
        out_ += c;
        if (c == '"')
            out_ += '"';
    }
    out_ += '"';
}

CsvWriter& CsvWriter::text(std::string_view value) {
    field(needs_guard(value) ? "'" : "", value);
    return *this;
}

CsvWriter& CsvWriter::plain(std::string_view value) {
    field("", value);
    return *this;
}

CsvWriter& CsvWriter::end_row() {
    out_ += "\r\n";
    fresh_ = true;
    return *this;
}

std::string CsvWriter::take() {
    return std::exchange(out_, {});
}

} // namespace settled::wire
