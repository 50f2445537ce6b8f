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

TEST(StatementCsv, directions_are_a_sign_a_word_or_two_columns) {
    const auto entry = [](const std::string& file) {
        const std::string lines = read_lines(file, given());
        const std::size_t begin = lines.find("\n") + 1;
        return lines.starts_with('>') ? lines.substr(begin, 6) : lines;
    };
    EXPECT_EQ(entry("date,amount\n2026-11-20,-1.50\n"), "-1.50 ");
    EXPECT_EQ(entry("date,amount\n2026-11-20,1.50-\n"), "-1.50 ");
    EXPECT_EQ(entry("date,amount,direction\n2026-11-20,1.50,DBIT\n"), "-1.50 ");
    EXPECT_EQ(entry("date,amount,type\n2026-11-20,-1.50,Card payment\n"), "-1.50 ");
    EXPECT_EQ(entry("date,paid in,paid out\n2026-11-20,1.50,\n"), "+1.50 ");
    EXPECT_EQ(entry("date,paid in,paid out\n2026-11-20,0.00,1.50\n"), "-1.50 ");
    EXPECT_THAT(entry("date,paid in,paid out\n2026-11-20,1,1.50\n"),
                HasSubstr("amount_invalid: f, line 2: "));
    EXPECT_THAT(entry("date,amount,direction\n2026-11-20,-1.50,credit\n"),
                HasSubstr("amount_invalid"));
}

TEST(StatementCsv, a_value_that_cannot_be_read_exactly_is_refused_with_its_line) {
    struct Case {
        const char* row;
        const char* refused;
    };
    const Case cases[] = {
        {"2026-11-20,1.505", "amount_invalid: f, line 3: "},
        {"2026-11-20,\"1,23\"", "amount_invalid: f, line 3: the amount cannot be read"},
        {"2026-11-20,\"12,34,567\"", "amount_invalid: f, line 3: the amount cannot be read"},
        {"2026-11-20,1e3", "amount_invalid: f, line 3: "},
        {"2026-11-20,", "amount_invalid: f, line 3: the amount cannot be read"},
        {"2026-11-20,£1", "amount_invalid: f, line 3: the amount cannot be read"},
        {"20/11/2026,1", "timestamp_invalid: f, line 3: the date cannot be read; say its form"},
        {"2026-02-30,1", "timestamp_invalid: f, line 3: the date cannot be read; say its form"},
    };
    for (const Case& c : cases)
        EXPECT_THAT(
            read_lines(fmt::format("date,amount\n2026-11-20,\"1,234.00\"\n{}\n", c.row), given()),
            ::testing::StartsWith(c.refused))
            << c.row;
    EXPECT_THAT(read_lines("date,amount\n2026-11-20,1\n", given("")),
                HasSubstr("no column says the account"));
    EXPECT_THAT(read_lines("date,amount\n2026-11-20,1\n", given("A", "")),
                HasSubstr("currency_unknown"));
    EXPECT_THAT(read_lines("date,amount,account\n2026-11-20,1,A\n2026-11-20,1,B\n", given()),
                HasSubstr("one file is one account"));
    EXPECT_EQ(read_lines("when,amount\n", given()),
              "column_missing: f has no column date; say which one is it");
}

} // namespace
} // namespace settled::statements
