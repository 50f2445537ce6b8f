#include "statements/csv_columns.h"

#include "statements/bounds.h"
#include "statements/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <sstream>
#include <utility>

namespace settled::statements {

namespace {

struct Known {
    std::string_view name;  // ours
    std::string_view usual; // what banks call it, '|' around each
};

constexpr std::array<Known, columns_count> known{{
    {"date", "|date|booked|booking date|booking_date|posting date|transaction date|booked_at|"},
    {"value_date", "|value_date|value date|valuta|"},
    {"amount", "|amount|value|betrag|"},
    {"credit", "|credit|paid in|money in|credit amount|"},
    {"debit", "|debit|paid out|money out|debit amount|"},
    {"direction", "|direction|type|credit/debit|cr/dr|debit/credit|"},
    {"status", "|status|state|booking status|transaction status|"},
    {"currency", "|currency|ccy|account currency|"},
    {"account", "|account|iban|account number|account iban|"},
    {"reference", "|reference|description|remittance|details|narrative|payment "
                  "reference|remittance information|"},
    {"end_to_end_id", "|end_to_end_id|end to end id|endtoendid|e2e|"},
    {"instruction_id", "|instruction_id|instruction id|"},
    {"transaction_id", "|transaction_id|transaction id|id|"},
    {"bank_reference", "|bank_reference|bank reference|"},
    {"uetr", "|uetr|"},
    {"name", "|name|counterparty|counterparty name|counterparty_name|payer|"},
    {"counterparty_account", "|counterparty_account|counterparty account|counterparty iban|"},
}};

// By which an entry can be linked to a settlement.
constexpr std::array<Column, 6> linking{reference,      end_to_end_id,  instruction_id,
                                        transaction_id, bank_reference, uetr};

std::string listed(const std::vector<std::string>& names) {
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

class Finder {
  public:
    Finder(std::vector<std::string> header, const std::string& file, const CsvOptions& options)
        : header_(std::move(header)), file_(file), options_(options) {
        places_.at.fill(nowhere);
    }

    Result<Places> run() {
        for (std::size_t c = 0; c < columns_count; ++c) {
            TRY_VOID(find(static_cast<Column>(c)));
        }
        if (places_.at[date] == nowhere)
            return missing("date");
        if (places_.at[amount] == nowhere &&
            (places_.at[credit] == nowhere || places_.at[debit] == nowhere))
            return missing("amount, nor credit and debit");
        if (std::ranges::all_of(linking, [&](Column c) { return places_.at[c] == nowhere; }))
            return fail(
                Code::column_missing,
                fmt::format("{} has no column that could link an entry to a settlement; say "
                            "which one is the reference (--column reference=…) or an id; "
                            "columns left over: {}",
                            file_, listed(left_over())));
        TRY_VOID(check_status());
        const std::size_t at = places_.at[direction];
        places_.direction_is_sure = at != nowhere && (is_given(direction) || header_[at] != "type");
        return places_;
    }

  private:
    bool is_given(Column c) const { return options_.columns.contains(std::string(known[c].name)); }

    Result<> find(Column c) {
        const auto given = options_.columns.find(std::string(known[c].name));
        for (std::size_t i = 0; i < header_.size() && places_.at[c] == nowhere; ++i) {
            const bool fits = given != options_.columns.end()
                                  ? header_[i] == column_name(given->second)
                                  : known[c].usual.contains("|" + header_[i] + "|");
            if (fits && !header_[i].empty())
                places_.at[c] = i;
        }
        if (given != options_.columns.end() && places_.at[c] == nowhere)
            return fail(Code::column_missing, fmt::format("{} has no column {}; it has {}", file_,
                                                          given->second, listed(header_)));
        return {};
    }

    // Entries that are pending or were taken back would count as booked.
    Result<> check_status() const {
        if (places_.at[status] == nowhere || !options_.booked_words.empty())
            return {};
        return fail(Code::column_missing,
                    fmt::format("{} has a column {}: say which of its words mean booked (--booked)",
                                file_, header_[places_.at[status]]));
    }

    std::unexpected<Error> missing(std::string_view what) const {
        return fail(Code::column_missing,
                    fmt::format("{} has no column {}; say which one it is (--column); it has {}",
                                file_, what, listed(header_)));
    }

    std::vector<std::string> left_over() const {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < header_.size(); ++i)
            if (std::ranges::find(places_.at, i) == places_.at.end() && !header_[i].empty())
                names.push_back(header_[i]);
        return names;
    }

    std::vector<std::string> header_;
    const std::string& file_;
    const CsvOptions& options_;
    Places places_;
};

// The first `bytes` of another buffer.
class HeadBuffer final : public std::streambuf {
  public:
    HeadBuffer(std::streambuf& in, std::streamoff bytes) : in_(in), left_(bytes) {}

  private:
    int_type underflow() override {
        if (left_ <= 0)
            return traits_type::eof();
        const auto wanted = std::min<std::streamoff>(left_, std::ssize(chunk_));
        const std::streamsize got = in_.sgetn(chunk_.data(), wanted);
        if (got <= 0)
            return traits_type::eof();
        left_ -= got;
        setg(chunk_.data(), chunk_.data(), chunk_.data() + got);
        return traits_type::to_int_type(chunk_[0]);
    }

    std::streambuf& in_;
    std::streamoff left_;
    std::array<char, 16UL * 1024> chunk_{};
};

// Whether the line is a header with all columns that were named.
bool has_named_columns(const std::string& line, const CsvOptions& options) {
    std::istringstream text(line);
    const char delimiter = options.delimiter == 0 ? wire::delimiter_of(text) : options.delimiter;
    const auto csv = wire::CsvReader::open(text, "", delimiter);
    if (!csv)
        return false;
    std::vector<std::string> header;
    for (const std::string& each : csv->header())
        header.push_back(column_name(each));
    return std::ranges::all_of(options.columns, [&](const auto& column) {
        return std::ranges::find(header, column_name(column.second)) != header.end();
    });
}

// How many lines stand above the header.
std::size_t lines_above(std::istream& in, const CsvOptions& options) {
    if (options.skip_lines > 0 || options.columns.empty() || !options.has_header)
        return options.skip_lines;
    const auto start = in.tellg();
    std::string line;
    std::size_t found = 0;
    for (std::size_t i = 0; i < bounds::preamble_lines_max && std::getline(in, line); ++i) {
        if (!has_named_columns(line, options))
            continue;
        found = i;
        break;
    }
    in.clear();
    in.seekg(start);
    return found;
}

// Where the last lines begin, empty ones not counted.
std::streamoff end_without_last(std::istream& in, std::size_t lines) {
    const auto start = in.tellg();
    std::deque<std::streamoff> begins;
    std::string line;
    for (std::streamoff at = start; std::getline(in, line); at = in.tellg()) {
        if (line.find_first_not_of(" \t\r") == line.npos)
            continue;
        begins.push_back(at);
        if (begins.size() > lines)
            begins.pop_front();
    }
    in.clear();
    in.seekg(start);
    return begins.empty() ? std::streamoff(start) : begins.front();
}

} // namespace

Result<Places> places_in(const wire::CsvReader& csv, const std::string& file,
                         const CsvOptions& options) {
    std::vector<std::string> header;
    for (const std::string& each : csv.header())
        header.push_back(column_name(each));
    return Finder(std::move(header), file, options).run();
}

CsvTable table_in(std::istream& in, const CsvOptions& options) {
    CsvTable table;
    const std::size_t above = lines_above(in, options);
    std::string line;
    for (std::size_t i = 0; i < above && std::getline(in, line); ++i)
        ++table.first_line;
    table.delimiter = options.delimiter == 0 ? wire::delimiter_of(in) : options.delimiter;
    if (options.skip_last_lines > 0) {
        const std::streamoff from = in.tellg();
        table.part = std::make_unique<HeadBuffer>(
            *in.rdbuf(), end_without_last(in, options.skip_last_lines) - from);
        table.stream = std::make_unique<std::istream>(table.part.get());
    }
    return table;
}

std::string column_name(std::string_view text) {
    std::string out = clean_text(text, bounds::name_bytes_max);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool is_csv_column(std::string_view name) {
    return std::ranges::any_of(known, [&](const Known& each) { return each.name == name; });
}

} // namespace settled::statements
