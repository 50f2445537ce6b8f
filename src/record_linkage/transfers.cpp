#include "record_linkage/transfers.h"

#include "base/iban.h"
#include "match/match_fields.h"
#include "wire/csv.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace settled::record_linkage {

namespace {

using wire::CsvReader;

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::size_t rows_max = std::numeric_limits<std::uint32_t>::max() / 2;

// Where each column stands in this file.
struct Columns {
    std::size_t id = 0;
    std::size_t date = 0;
    std::size_t amount = 0;
    std::size_t reference = 0;
    std::optional<std::size_t> currency;
    std::optional<std::size_t> account;
    std::optional<std::size_t> payer_account;
    std::optional<std::size_t> payer_name;
    std::optional<std::size_t> end_to_end_id;
    std::optional<std::size_t> institution;
};

Result<std::size_t> needed(const CsvReader& csv, const std::string& file, std::string_view name) {
    if (const auto column = csv.column(name))
        return *column;
    return fail(Code::column_missing, fmt::format("{} has no column {}", file, name));
}

Result<Columns> columns_of(const CsvReader& csv, const std::string& file) {
    Columns columns;
    TRY(columns.id, needed(csv, file, "id"));
    TRY(columns.date, needed(csv, file, "date"));
    TRY(columns.amount, needed(csv, file, "amount"));
    TRY(columns.reference, needed(csv, file, "reference"));
    columns.currency = csv.column("currency");
    columns.account = csv.column("account");
    columns.payer_account = csv.column("payer_account");
    columns.payer_name = csv.column("payer_name");
    columns.end_to_end_id = csv.column("end_to_end_id");
    columns.institution = csv.column("institution");
    return columns;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::unexpected<Error> at_line(const CsvReader& csv, std::string_view column, const Error& error) {
    return fail(error.code, error.detail.empty() ? fmt::format("{}: column {}", csv.place(), column)
                                                 : fmt::format("{}: column {}: {}", csv.place(),
                                                               column, error.detail));
}

Result<Instant> parse_date(std::string_view text) {
    // Spreadsheets and databases put a space where RFC 3339 has its T.
    if (text.size() > 10 && text[10] == ' ') {
        std::string with_t(text);
        with_t[10] = 'T';
        return wire::parse_bank_time(with_t);
    }
    return wire::parse_bank_time(text);
}

Result<std::uint32_t> currency_number(std::string_view code, Texts& texts) {
    const auto known = std::ranges::find(texts.currencies, code, &Currency::code);
    if (known != texts.currencies.end())
        return static_cast<std::uint32_t>(known - texts.currencies.begin());
    TRY(const Currency currency, Currency::parse(code));
    texts.currencies.push_back(currency);
    return static_cast<std::uint32_t>(texts.currencies.size() - 1);
}

Result<Transfer> read_transfer(const CsvReader& csv, const Columns& columns, Texts& texts) {
    Transfer transfer;
    const auto text = [&](std::size_t column) { return trimmed(csv.field(column)); };
    const auto optional = [&](std::optional<std::size_t> column) {
        return column ? text(*column) : std::string_view();
    };
    const auto at = parse_date(text(columns.date));
    if (!at)
        return at_line(csv, "date", at.error());
    transfer.at = *at;
    // A file without currencies has one, whichever it is; GBP lends its two decimals.
    const auto currency =
        currency_number(columns.currency ? text(*columns.currency) : "GBP", texts);
    if (!currency)
        return at_line(csv, "currency", currency.error());
    transfer.currency = *currency;
    const auto money = parse_money(text(columns.amount), texts.currencies[*currency]);
    if (!money)
        return at_line(csv, "amount", money.error());
    if (money->minor <= 0)
        return at_line(csv, "amount", {Code::amount_invalid, "it is not positive"});
    transfer.minor = money->minor;
    // The spaces at its end are part of a cut: they count for its length.
    transfer.memo = texts.memos.add(csv.field(columns.reference));
    transfer.account = texts.accounts.of(account_key(optional(columns.account)));
    transfer.payer_account = texts.accounts.of(account_key(optional(columns.payer_account)));
    transfer.payer_name = texts.payer_names.add(optional(columns.payer_name));
    transfer.end_to_end_id =
        texts.end_to_end_ids.of(match::canonical_end_to_end_id(optional(columns.end_to_end_id)));
    transfer.institution = texts.institutions.of(match::canonical(optional(columns.institution)));
    return transfer;
}

// Equal instants are ordered by id, so that the order of the file does not matter.
void sort_by_time(Side& side) {
    std::vector<std::uint32_t> order(side.transfers.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        const auto& ta = side.transfers[a];
        const auto& tb = side.transfers[b];
        return ta.at != tb.at ? ta.at < tb.at : side.ids[a] < side.ids[b];
    });
    Side sorted{.transfers = {}, .ids = {}, .has_times = side.has_times};
    sorted.transfers.reserve(order.size());
    sorted.ids.reserve(order.size());
    for (const std::uint32_t place : order) {
        sorted.transfers.push_back(side.transfers[place]);
        sorted.ids.push_back(std::move(side.ids[place]));
    }
    side = std::move(sorted);
}

std::unordered_map<std::string_view, std::uint32_t> places_of(const Side& side) {
    std::unordered_map<std::string_view, std::uint32_t> places;
    places.reserve(side.ids.size());
    for (std::uint32_t i = 0; i < side.ids.size(); ++i)
        places.emplace(side.ids[i], i);
    return places;
}

} // namespace

Result<Side> read_side(std::istream& in, const std::string& name, Texts& texts) {
    TRY(CsvReader csv, CsvReader::open(in, name));
    TRY(const Columns columns, columns_of(csv, name));
    Side side;
    std::unordered_set<std::string> seen;
    for (;;) {
        TRY(const bool more, csv.next());
        if (!more)
            break;
        const std::string_view id = trimmed(csv.field(columns.id));
        if (id.empty())
            return at_line(csv, "id", {Code::value_invalid, "it is empty"});
        if (side.ids.size() == rows_max)
            return fail(Code::limit_reached, fmt::format("{} has too many rows", name));
        TRY(const Transfer transfer, read_transfer(csv, columns, texts));
        side.has_times = side.has_times || transfer.at.us % day_us != 0;
        side.transfers.push_back(transfer);
        side.ids.emplace_back(id);
        const bool fresh = seen.insert(side.ids.back()).second;
        if (!fresh)
            return at_line(csv, "id", {Code::id_repeated, fmt::format("{} is there before", id)});
    }
    sort_by_time(side);
    return side;
}

Result<Truth> read_truth(std::istream& in, const std::string& name, const Side& origins,
                         const Side& destinations) {
    TRY(CsvReader csv, CsvReader::open(in, name));
    TRY(const std::size_t origin_column, needed(csv, name, "origin"));
    TRY(const std::size_t destination_column, needed(csv, name, "destination"));
    const auto origin_places = places_of(origins);
    const auto destination_places = places_of(destinations);
    Truth truth;
    std::string first_unknown;
    for (;;) {
        TRY(const bool more, csv.next());
        if (!more && truth.pairs.empty() && truth.unknown > 0)
            return fail(Code::value_invalid,
                        fmt::format("{}: no row has ids of these files; the first has {}", name,
                                    first_unknown));
        if (!more)
            return truth;
        const auto origin = origin_places.find(trimmed(csv.field(origin_column)));
        const auto destination = destination_places.find(trimmed(csv.field(destination_column)));
        if (origin != origin_places.end() && destination != destination_places.end())
            truth.pairs.push_back({origin->second, destination->second});
        else if (++truth.unknown == 1)
            first_unknown = fmt::format("{} and {}", trimmed(csv.field(origin_column)),
                                        trimmed(csv.field(destination_column)));
    }
}

} // namespace settled::record_linkage
