#include "statements/csv_values.h"
#include "statements/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::statements {
namespace {

using ::testing::HasSubstr;
using testing::read_lines;

CsvOptions given(std::string account = "GB57CLRB04040100057354", std::string currency = "GBP") {
    CsvOptions options;
    options.account = std::move(account);
    options.currency = std::move(currency);
    return options;
}

TEST(StatementCsv, usual_columns_are_found_by_themselves) {
    EXPECT_EQ(
        read_lines("Date,Value Date,Amount,Currency,IBAN,Description,End to end ID,Name\n"
                   "2026-11-20,2026-11-21,12.30,GBP,GB57CLRB04040100057354,INV 7,E2E-7,A Payer\n"
                   "2026-11-19,,-2.00,GBP,GB57CLRB04040100057354,Fee,,\n"),
        "> statement csv GB57CLRB04040100057354  - -\n"
        "+12.30 GBP 2026-11-20/2026-11-21 e2e=E2E-7 text=INV 7 name=A Payer\n"
        "-2.00 GBP 2026-11-19/2026-11-19 text=Fee\n"
        "< 2026-11-19 2026-11-20 -\n");
}

TEST(StatementCsv, columns_separators_and_forms_are_what_the_caller_says) {
    CsvOptions options = given("DE02120300000000202051", "EUR");
    options.columns = {{"date", "Buchungstag"}, {"reference", "Zweck"}};
    options.decimal_comma = true;
    options.dates = DateForm::day_first;
    EXPECT_EQ(read_lines("Buchungstag;Betrag;Zweck\n20.11.2026;1.234,56;a;b\n", options),
              "csv_malformed: f, line 2: 4 fields where the header has 3");
    EXPECT_EQ(read_lines("Buchungstag;Betrag;Zweck\n20.11.2026;1.234,56;\"a;b\"\n", options),
              "> statement csv DE02120300000000202051  - -\n"
              "+1234.56 EUR 2026-11-20/2026-11-20 text=a;b\n< 2026-11-20 2026-11-20 -\n");
}

// The entry of a file whose rows have a reference in addition.
std::string entry_of(const std::string& header, const std::string& row,
                     const CsvOptions& options = given()) {
    const std::string lines = read_lines(header + ",reference\n" + row + ",A REFERENCE\n", options);
    return lines.starts_with('>') ? lines.substr(lines.find("\n") + 1, 6) : lines;
}

TEST(StatementCsv, directions_are_a_sign_a_word_or_two_columns) {
    EXPECT_EQ(entry_of("date,amount", "2026-11-20,-1.50"), "-1.50 ");
    EXPECT_EQ(entry_of("date,amount", "2026-11-20,1.50-"), "-1.50 ");
    EXPECT_EQ(entry_of("date,amount,direction", "2026-11-20,1.50,DBIT"), "-1.50 ");
    EXPECT_EQ(entry_of("date,amount,type", "2026-11-20,-1.50,Card payment"), "-1.50 ");
    EXPECT_EQ(entry_of("date,amount,type", "2026-11-20,1.50,Withdrawal"), "-1.50 ");
    EXPECT_EQ(entry_of("date,paid in,paid out", "2026-11-20,1.50,"), "+1.50 ");
    EXPECT_EQ(entry_of("date,paid in,paid out", "2026-11-20,0.00,1.50"), "-1.50 ");
    EXPECT_THAT(entry_of("date,paid in,paid out", "2026-11-20,1,1.50"),
                HasSubstr("amount_invalid: f, line 2: "));
    EXPECT_THAT(entry_of("date,amount,direction", "2026-11-20,-1.50,credit"),
                HasSubstr("amount_invalid"));
}

TEST(StatementCsv, a_direction_that_is_not_known_is_never_taken_for_a_credit) {
    constexpr std::string_view refused = "value_invalid: f, line 2: the direction \"NEUTRAL\" is "
                                         "neither credit nor debit; say what it "
                                         "means (--credit-words, --debit-words)";
    EXPECT_EQ(entry_of("date,amount,direction", "2026-11-20,1.50,NEUTRAL"), refused);
    // The same column is read alike whether it was found or named.
    CsvOptions named = given();
    named.columns = {{"direction", "Way"}};
    EXPECT_EQ(entry_of("date,amount,Way", "2026-11-20,1.50,NEUTRAL", named), refused);
    named.debit_words = {"neutral"};
    EXPECT_EQ(entry_of("date,amount,Way", "2026-11-20,1.50,NEUTRAL", named), "-1.50 ");
    // A type is a direction in the whole file, or in none of its rows.
    for (const char* rows : {"2026-11-20,1,IN,a\n2026-11-20,1,NEUTRAL,b\n",
                             "2026-11-20,1,NEUTRAL,a\n2026-11-20,1,IN,b\n"})
        EXPECT_THAT(read_lines(std::string("date,amount,type,reference\n") + rows, given()),
                    HasSubstr("value_invalid: f, line 3: "));
}

TEST(StatementCsv, only_what_a_status_calls_booked_counts) {
    const std::string file = "date,amount,state,reference\n2026-11-20,1,COMPLETED,a\n"
                             ",2,PENDING,b\n2026-11-20,3,REVERTED,c\n";
    EXPECT_EQ(
        read_lines(file, given()),
        "column_missing: f has a column state: say which of its words mean booked (--booked)");
    CsvOptions options = given();
    options.booked_words = {"completed"};
    EXPECT_EQ(read_lines(file, options), "> statement csv GB57CLRB04040100057354  - -\n"
                                         "+1.00 GBP 2026-11-20/2026-11-20 text=a\n"
                                         "< 2026-11-20 2026-11-20 -\n");
}

TEST(StatementCsv, a_file_that_could_link_nothing_is_refused) {
    EXPECT_EQ(
        read_lines("date,amount,What it is for\n2026-11-20,1,INV 7\n", given()),
        "column_missing: f has no column that could link an entry to a settlement; say which one "
        "is the reference (--column reference=…) or an id; columns left over: what it is for");
}

TEST(StatementCsv, lines_above_and_below_the_table_are_passed_over) {
    const std::string file = "Account;Shop\n\n\"When\";\"Amount\";\"Details\"\n2026-11-20;1.50;a\n"
                             "2026-11-20;x;b\n";
    CsvOptions options = given();
    options.columns = {{"date", "When"}};
    EXPECT_THAT(read_lines(file, options),
                HasSubstr("amount_invalid: f, line 5: the amount \"x\""));
    options.skip_last_lines = 1;
    EXPECT_THAT(read_lines(file, options), HasSubstr("+1.50 GBP 2026-11-20/2026-11-20 text=a\n<"));
    options.columns.clear();
    EXPECT_THAT(read_lines(file, options), HasSubstr("column_missing: f has no column date"));
    options.skip_lines = 2;
    EXPECT_THAT(read_lines(file, options), HasSubstr("f has no column date; say which one it is "
                                                     "(--column); it has when, amount, details"));
}

TEST(StatementCsv, columns_of_a_file_without_a_header_are_named_by_number) {
    CsvOptions options = given();
    options.has_header = false;
    options.dates = DateForm::day_first;
    options.columns = {{"date", "1"}, {"reference", "2"}, {"amount", "3"}};
    EXPECT_EQ(read_lines("20/11/2026,a,12.00\n21/11/2026,b,\"-1,000.00\"\n", options),
              "> statement csv GB57CLRB04040100057354  - -\n"
              "+12.00 GBP 2026-11-20/2026-11-20 text=a\n-1000.00 GBP 2026-11-21/2026-11-21 text=b\n"
              "< 2026-11-20 2026-11-21 -\n");
}

TEST(StatementCsv, an_amount_is_read_whatever_stands_around_it) {
    struct Case {
        const char* text;
        const char* amount;
    };
    const Case cases[] = {{"£1,234.50", "1234.50"},
                          {"-£1.00", "-1.00"},
                          {"£-1.00", "-1.00"},
                          {"(33.52)", "-33.52"},
                          {"1'234.50", "1234.50"},
                          {"1 000.00", "1000.00"},
                          {"1\u00A0000.00", "1000.00"},
                          {"1000.00 GBP", "1000.00"},
                          {"GBP 1000.00", "1000.00"},
                          {"50.00 CR", "50.00"},
                          {"50.00 DR", "-50.00"},
                          {"\u221250.00", "-50.00"},
                          {"+50.00", "50.00"},
                          {"50.00-", "-50.00"},
                          {"1,23", ""},
                          {"12'34.00", ""},
                          {"1e3", ""},
                          {"1.005", ""},
                          {"£", ""},
                          {"", ""},
                          {"1000.00 EUR", ""},
                          {"1 2 3", ""},
                          {"--", ""}};
    for (const Case& c : cases) {
        const auto amount = parse_csv_amount(c.text, *Currency::parse("GBP"), false);
        EXPECT_EQ(amount ? decimal(*amount) : "", c.amount) << c.text;
        if (!amount) {
            EXPECT_THAT(amount.error().detail, HasSubstr("the amount \"")) << c.text;
        }
    }
}

TEST(StatementCsv, a_date_is_read_by_its_form_and_never_guessed) {
    struct Case {
        const char* text;
        const char* form; // ymd, dmy, mdy; "2": with two digits of a year
        const char* day;
    };
    const Case cases[] = {{"2026.11.20", "ymd", "2026-11-20"},
                          {"2026.11.20.", "ymd", "2026-11-20"},
                          {"2026/11/20", "ymd", "2026-11-20"},
                          {"20261120", "ymd", "2026-11-20"},
                          {"2026-11-20 23:30:00", "ymd", "2026-11-20"},
                          {"20 Nov 2026", "ymd", "2026-11-20"},
                          {"20-NOV-2026", "dmy", "2026-11-20"},
                          {"1 September 2026", "dmy", "2026-09-01"},
                          {"20/11/2026", "dmy", "2026-11-20"},
                          {"11/20/2026", "mdy", "2026-11-20"},
                          {"20/11/26", "dmy2", "2026-11-20"},
                          {"20.11.26", "dmy2", "2026-11-20"},
                          {"20 Nov 26", "dmy2", "2026-11-20"},
                          {"20/11/26", "dmy", ""},
                          {"20 Nov 26", "dmy", ""},
                          {"05/11/2026", "ymd", ""},
                          {"26/11/20", "ymd", ""},
                          {"2026-02-30", "ymd", ""},
                          {"11/20/2026", "dmy", ""},
                          {"", "ymd", ""}};
    for (const Case& c : cases) {
        const std::string_view form = c.form;
        CsvOptions options;
        options.dates = form.starts_with("dmy")   ? DateForm::day_first
                        : form.starts_with("mdy") ? DateForm::month_first
                                                  : DateForm::iso;
        options.two_digit_years = form.ends_with('2');
        const auto day = parse_csv_day(c.text, options);
        EXPECT_EQ(day ? testing::day_text(*day) : "", c.day) << c.text << " " << form;
        if (!day) {
            EXPECT_THAT(day.error().detail, HasSubstr("the date \"")) << c.text;
        }
    }
}

TEST(StatementCsv, a_value_that_cannot_be_read_exactly_is_refused_with_its_line) {
    struct Case {
        const char* row;
        const char* refused;
    };
    const Case cases[] = {
        {"2026-11-20,1.505", "amount_invalid: f, line 3: the amount \"1.505\" cannot be read: "},
        {"2026-11-20,\"1,23\"", "amount_invalid: f, line 3: the amount \"1,23\" cannot be read"},
        {"2026-11-20,1e3", "amount_invalid: f, line 3: "},
        {"20/11/2026,1", "timestamp_invalid: f, line 3: the date \"20/11/2026\" cannot be read as "
                         "year, month, day (--dates, --two-digit-years)"},
    };
    for (const Case& c : cases)
        EXPECT_THAT(
            read_lines(
                fmt::format("date,amount,reference\n2026-11-20,\"1,234.00\",a\n{},a\n", c.row),
                given()),
            ::testing::StartsWith(c.refused))
            << c.row;
    const std::string row = "date,amount,reference\n2026-11-20,1,a\n";
    EXPECT_THAT(read_lines(row, given("")), HasSubstr("no column says the account"));
    EXPECT_THAT(read_lines(row, given("A", "")), HasSubstr("currency_unknown"));
    EXPECT_THAT(read_lines("date,amount,account,id\n2026-11-20,1,A,1\n2026-11-20,1,B,2\n", given()),
                HasSubstr("one file is one account"));
}

} // namespace
} // namespace settled::statements
