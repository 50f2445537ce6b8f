#include "statements/csv.h"

#include "statements/bounds.h"
#include "statements/csv_columns.h"
#include "statements/csv_values.h"
#include "statements/text.h"
#include "wire/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace settled::statements {

namespace {

class CsvStatement {
  public:
    CsvStatement(wire::CsvReader csv, const Places& places, const CsvOptions& options, Sink& sink)
        : csv_(std::move(csv)), places_(places), options_(options), sink_(sink) {}

    Result<> run() {
        for (;;) {
            TRY(const bool more, csv_.next());
            if (!more)
                break;
            if (!is_booked())
                continue;
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
    bool has(Column column) const { return places_.at[column] != nowhere; }
    std::string_view field(Column column) const {
        return has(column) ? csv_.field(places_.at[column]) : std::string_view();
    }
    bool is_booked() const {
        return !has(status) ||
               std::ranges::find(options_.booked_words, column_name(field(status))) !=
                   options_.booked_words.end();
    }
    std::string id(Column column) const { return clean_id(field(column)); }

    Result<Entry> read() {
        Entry entry;
        TRY(entry.booked, parse_csv_day(field(date), options_));
        entry.value = entry.booked;
        if (!clean_text(field(value_date), bounds::id_bytes_max).empty()) {
            TRY(entry.value, parse_csv_day(field(value_date), options_));
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
        if (!has(amount))
            return read_two_columns(entry, money);
        TRY(entry.amount, parse_csv_amount(field(amount), money, options_.decimal_comma));
        entry.credit = entry.amount.minor >= 0;
        const auto credited =
            has(direction) ? parse_direction(field(direction), options_) : std::optional<bool>();
        if (!credited) {
            TRY_VOID(accept_sign_alone());
            return make_positive(entry);
        }
        says_direction_ = true;
        if (entry.amount.minor < 0 && *credited)
            return fail(Code::amount_invalid, "the amount is negative and the direction is credit");
        if (says_other_)
            return fail(
                Code::value_invalid,
                "the column of types has words that are directions and others that are not; "
                "say what they mean (--column direction=…, --credit-words, --debit-words)");
        entry.credit = *credited;
        return make_positive(entry);
    }

    // A column called "type" may hold words of another kind, and the sign decides then; but not in a
    // file where some of its words are directions.
    Result<> accept_sign_alone() {
        if (!has(direction))
            return {};
        says_other_ = true;
        if (!places_.direction_is_sure && !says_direction_)
            return {};
        return fail(
            Code::value_invalid,
            fmt::format("the direction \"{}\" is neither credit nor debit; say what it means "
                        "(--credit-words, --debit-words)",
                        clean_text(field(direction), bounds::id_bytes_max)));
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
    bool says_direction_ = false, says_other_ = false; // words in the direction's column
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
    const CsvTable table = table_in(in, options);
    TRY(wire::CsvReader csv,
        wire::CsvReader::open_at(table.stream ? *table.stream : in, name, table.delimiter,
                                 table.first_line, options.has_header));
    TRY(const Places places, places_in(csv, name, options));
    return CsvStatement(std::move(csv), places, options, sink).run();
}

} // namespace settled::statements
