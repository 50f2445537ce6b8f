#include "wire/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace settled::wire {

namespace {

constexpr std::size_t chunk_bytes = 256UL * 1024;
// No export has wider fields or more columns; a file that does is not what it says it is.
constexpr std::size_t field_bytes_max = 64UL * 1024;
constexpr std::size_t columns_max = 1024;
constexpr std::size_t first_line_bytes_max = 4096; // that is looked at
constexpr int end_of_file = -1;

std::string lower_trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    std::string out(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

} // namespace

char delimiter_of(std::istream& in) {
    const auto start = in.tellg();
    std::string line(first_line_bytes_max, '\0');
    in.read(line.data(), static_cast<std::streamsize>(line.size()));
    line.resize(static_cast<std::size_t>(in.gcount()));
    in.clear();
    in.seekg(start);
    line.resize(std::min(line.find('\n'), line.size()));
    const auto count = [&](char c) { return std::ranges::count(line, c); };
    if (count(';') > count(','))
        return ';';
    return count('\t') > count(',') ? '\t' : ',';
}

Result<CsvReader> CsvReader::open(std::istream& in, std::string name, char delimiter) {
    return open_at(in, std::move(name), delimiter, 1, true);
}

Result<CsvReader> CsvReader::open_at(std::istream& in, std::string name, char delimiter,
                                     std::size_t first_line, bool has_header) {
    CsvReader reader(in, std::move(name), delimiter);
    reader.line_ = first_line;
    if (reader.fill() && reader.buffer_.starts_with("\xEF\xBB\xBF"))
        reader.at_ = 3;
    TRY(const bool any, reader.read_record());
    if (!any)
        return fail(Code::csv_malformed,
                    fmt::format("{} is empty; a header is needed", reader.name_));
    reader.is_read_ahead_ = !has_header;
    for (std::size_t i = 0; i < reader.count_; ++i) {
        if (!has_header) {
            reader.header_.push_back(std::to_string(i + 1));
            continue;
        }
        reader.header_.push_back(lower_trimmed(reader.fields_[i]));
        const auto same = std::ranges::count(reader.header_, reader.header_.back());
        if (same > 1 && !reader.header_.back().empty())
            return fail(Code::csv_malformed, fmt::format("{}: column {} is there twice",
                                                         reader.place(), reader.header_.back()));
    }
    return reader;
}

std::optional<std::size_t> CsvReader::column(std::string_view name) const {
    const auto found = std::ranges::find(header_, name);
    if (found == header_.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - header_.begin());
}

std::string CsvReader::place() const {
    return fmt::format("{}, line {}", name_, record_line_);
}

std::unexpected<Error> CsvReader::malformed(std::string_view what) const {
    return fail(Code::csv_malformed, fmt::format("{}: {}", place(), what));
}

bool CsvReader::fill() {
    buffer_.resize(chunk_bytes);
    in_->read(buffer_.data(), static_cast<std::streamsize>(chunk_bytes));
    buffer_.resize(static_cast<std::size_t>(in_->gcount()));
    at_ = 0;
    return !buffer_.empty();
}

int CsvReader::peek() {
    if (at_ == buffer_.size() && !fill())
        return end_of_file;
    return static_cast<unsigned char>(buffer_[at_]);
}

Result<bool> CsvReader::next() {
    if (std::exchange(is_read_ahead_, false))
        return true;
    TRY(const bool any, read_record());
    if (any && count_ != header_.size())
        return malformed(fmt::format("{} fields where the header has {}", count_, header_.size()));
    return any;
}

Result<bool> CsvReader::read_record() {
    while (peek() == '\n' || peek() == '\r') {
        line_ += buffer_[at_] == '\n' ? 1 : 0;
        ++at_;
    }
    if (peek() == end_of_file)
        return false;
    record_line_ = line_;
    count_ = 0;
    for (;;) {
        if (count_ == columns_max)
            return malformed("more than 1024 columns");
        if (fields_.size() == count_)
            fields_.emplace_back();
        std::string& field = fields_[count_++];
        field.clear();
        TRY_VOID(peek() == '"' ? read_quoted(field) : read_plain(field));
        const int end = peek();
        if (end != end_of_file)
            ++at_;
        if (end == delimiter_)
            continue;
        if (end == '\r' && peek() == '\n')
            ++at_;
        line_ += end == end_of_file ? 0 : 1;
        return true;
    }
}

Result<void> CsvReader::read_plain(std::string& field) {
    for (int c = peek(); c != delimiter_ && c != '\n' && c != '\r' && c != end_of_file;
         c = peek()) {
        if (c == '"')
            return malformed("a quote inside a field that does not begin with one");
        if (field.size() == field_bytes_max)
            return malformed("a field of more than 64 KiB");
        field.push_back(static_cast<char>(c));
        ++at_;
    }
    return {};
}

Result<void> CsvReader::read_quoted(std::string& field) {
    ++at_;
    for (;;) {
        const int c = peek();
        if (c == end_of_file)
            return malformed("a quote is not closed");
        ++at_;
        if (c == '"') {
            if (peek() != '"')
                break;
            ++at_;
        }
        if (field.size() == field_bytes_max)
            return malformed("a field of more than 64 KiB");
        line_ += c == '\n' ? 1 : 0;
        field.push_back(static_cast<char>(c));
    }
    const int after = peek();
    if (after != delimiter_ && after != '\n' && after != '\r' && after != end_of_file)
        return malformed("text behind a closing quote");
    return {};
}

} // namespace settled::wire
