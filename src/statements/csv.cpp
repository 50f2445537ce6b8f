#include "statements/csv.h"

#include "statements/bounds.h"
#include "statements/csv_values.h"
#include "statements/text.h"
#include "wire/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace settled::statements {

namespace {

enum Column : std::uint8_t {
    date,
    value_date,
    amount,
    credit,
    debit,
    direction,
    currency,
    account,
    reference,
    end_to_end_id,
    instruction_id,
    transaction_id,
    bank_reference,
    uetr,
    name,
    counterparty_account,
    columns_count
};

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

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();
using Places = std::array<std::size_t, columns_count>;

std::string lower(std::string_view text) {
    std::string out = clean_text(text, bounds::name_bytes_max);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

Result<Places> places_in(const wire::CsvReader& csv, const std::string& file,
                         const CsvOptions& options) {
    Places places;
    places.fill(nowhere);
    const std::vector<std::string>& header = csv.header();
    for (std::size_t c = 0; c < columns_count; ++c) {
        const auto given = options.columns.find(std::string(known[c].name));
        for (std::size_t i = 0; i < header.size() && places[c] == nowhere; ++i) {
            const bool fits = given != options.columns.end()
                                  ? header[i] == lower(given->second)
                                  : known[c].usual.contains("|" + header[i] + "|");
            if (fits && !header[i].empty())
                places[c] = i;
        }
        if (given != options.columns.end() && places[c] == nowhere)
            return fail(Code::column_missing,
                        fmt::format("{} has no column {}", file, given->second));
    }
    if (places[date] == nowhere)
        return fail(Code::column_missing, file + " has no column date; say which one is it");
    if (places[amount] == nowhere && (places[credit] == nowhere || places[debit] == nowhere))
        return fail(Code::column_missing,
                    file + " has no column amount, nor credit and debit; say which one is it");
    return places;
}

class CsvStatement {
  public:
    CsvStatement(wire::CsvReader csv, const Places& places, const CsvOptions& options, Sink& sink)
        : csv_(std::move(csv)), places_(places), options_(options), sink_(sink) {}

    Result<> run() {
        for (;;) {
            TRY(const bool more, csv_.next());
            if (!more)
                break;
            auto entry = read();
            if (!entry)
                return fail(entry.error().code,
                            fmt::format("{}: {}", csv_.place(), entry.error().detail));
            TRY_VOID(take(*entry));
        }
        if (!began_)
            return {}; // a header alone: no entries, and so no day that it could speak of
        return sink_.end({currency_, first_, last_, std::nullopt});
    }

  private:
    std::string_view field(Column column) const {
        return places_[column] == nowhere ? std::string_view() : csv_.field(places_[column]);
    }
    std::string id(Column column) const { return clean_id(field(column)); }

    Result<Entry> read() {
        Entry entry;
        TRY(entry.booked, parse_csv_day(field(date), options_.dates));
        entry.value = entry.booked;
        if (!clean_text(field(value_date), bounds::id_bytes_max).empty()) {
            TRY(entry.value, parse_csv_day(field(value_date), options_.dates));
        }
        TRY_VOID(read_amount(entry));
        entry.end_to_end_id = id(end_to_end_id);
        entry.instruction_id = id(instruction_id);
        entry.transaction_id = id(transaction_id);
        entry.bank_reference = id(bank_reference);
        entry.uetr = id(uetr);
        entry.counterparty_account = id(counterparty_account);
        entry.counterparty_name = clean_text(field(name), bounds::name_bytes_max);
        entry.remittance = clean_text(field(reference), bounds::remittance_bytes_max);
        return entry;
    }

    Result<> read_amount(Entry& entry) {
        const std::string code = clean_text(field(currency), bounds::id_bytes_max);
        if (code.empty() && options_.currency.empty())
            return fail(Code::currency_unknown, "no column says the currency; give it");
        TRY(const Currency money, Currency::parse(code.empty() ? options_.currency : code));
        if (places_[amount] == nowhere)
            return read_two_columns(entry, money);
        TRY(entry.amount, parse_csv_amount(field(amount), money, options_.decimal_comma));
        entry.credit = entry.amount.minor >= 0;
        if (places_[direction] == nowhere || direction_names_none())
            return make_positive(entry);
        const auto credited = parse_direction(field(direction));
        if (!credited)
            return fail(Code::value_invalid, "the direction is neither credit nor debit");
        if (entry.amount.minor < 0 && *credited)
            return fail(Code::amount_invalid, "the amount is negative and the direction is credit");
        entry.credit = *credited;
        return make_positive(entry);
    }

    // A column called "type" may hold words of another kind; the sign decides then. One that was
    // named by the caller must be right.
    bool direction_names_none() const {
        return !options_.columns.contains("direction") && !parse_direction(field(direction));
    }

    Result<> read_two_columns(Entry& entry, Currency money) const {
        const std::string in = clean_text(field(credit), bounds::id_bytes_max);
        const std::string out = clean_text(field(debit), bounds::id_bytes_max);
        const Money none{0, money};
        TRY(const Money came,
            in.empty() ? Result<Money>(none) : parse_csv_amount(in, money, options_.decimal_comma));
        TRY(const Money went, out.empty() ? Result<Money>(none)
                                          : parse_csv_amount(out, money, options_.decimal_comma));
        if (came.minor < 0 || (came.minor != 0) == (went.minor != 0))
            return fail(Code::amount_invalid, "one of credit and debit has an amount");
        entry.credit = came.minor != 0;
        entry.amount = entry.credit ? came : went;
        return make_positive(entry);
    }

    static Result<> make_positive(Entry& entry) {
        if (entry.amount.minor < 0)
            entry.amount.minor = -entry.amount.minor;
        return {};
    }

    Result<> take(const Entry& entry) {
        const std::string own = clean_text(field(account), bounds::id_bytes_max);
        const std::string& owner = own.empty() ? options_.account : own;
        if (owner.empty())
            return refuse(Code::value_invalid, "no column says the account; give it");
        if (!began_) {
            Head head;
            head.format = "csv";
            head.account = account_ = owner;
            currency_ = entry.amount.currency;
            first_ = last_ = entry.booked;
            began_ = true;
            TRY_VOID(sink_.begin(head));
        }
        if (owner != account_)
            return refuse(Code::statement_malformed, "another account; one file is one account");
        if (!(entry.amount.currency == currency_))
            return refuse(Code::statement_malformed, "another currency; one file is one currency");
        first_ = std::min(first_, entry.booked);
        last_ = std::max(last_, entry.booked);
        if (last_.us - first_.us > bounds::period_days_max * day_us)
            return refuse(Code::timestamp_invalid, "the period is not possible");
        return entry.amount.minor == 0 ? Result<>{} : sink_.entry(entry);
    }

    std::unexpected<Error> refuse(Code code, std::string_view why) const {
        return fail(code, fmt::format("{}: {}", csv_.place(), why));
    }

    wire::CsvReader csv_;
    Places places_;
    const CsvOptions& options_;
    Sink& sink_;
    bool began_ = false;
    std::string account_;
    Currency currency_;
    Instant first_, last_;
};

} // namespace

Result<> read_csv(std::istream& in, const std::string& name, const CsvOptions& options,
                  Sink& sink) {
    const char delimiter = options.delimiter == 0 ? wire::delimiter_of(in) : options.delimiter;
    TRY(wire::CsvReader csv, wire::CsvReader::open(in, name, delimiter));
    TRY(const Places places, places_in(csv, name, options));
    return CsvStatement(std::move(csv), places, options, sink).run();
}

bool is_csv_column(std::string_view name) {
    return std::ranges::any_of(known, [&](const Known& each) { return each.name == name; });
}

} // namespace settled::statements
