// Files as they came from the field (tests/fixtures/field): what each is read as, or why not.
#include "statements/testing.h"
#include "support/source_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <vector>

namespace settled::statements {
namespace {

using ::testing::HasSubstr;

CsvOptions csv(DateForm dates = DateForm::iso, std::string currency = "GBP") {
    CsvOptions options;
    options.account = "GB57CLRB04040100057354";
    options.currency = std::move(currency);
    options.dates = dates;
    return options;
}

std::string read_file(const std::string& name, const CsvOptions& options = csv()) {
    std::ifstream in(settled::source_path("tests/fixtures/field/") + name, std::ios::binary);
    EXPECT_TRUE(in) << name;
    testing::Lines lines;
    const auto done = read_statements(in, name, Format::by_content, options, lines);
    if (!done)
        return std::string(info(done.error().code).token) + ": " + done.error().detail;
    return lines.text;
}

CsvOptions with(CsvOptions options, std::map<std::string, std::string> columns) {
    options.columns = std::move(columns);
    return options;
}

struct Case {
    const char* file;
    const char* has; // of the lines, or of the refusal
    CsvOptions options = csv();
};

void expect(const std::vector<Case>& cases) {
    for (const Case& c : cases)
        EXPECT_THAT(read_file(c.file, c.options), HasSubstr(c.has)) << c.file;
}

TEST(FieldFiles, of_mt940_keep_their_text_and_are_named_where_they_are_something_else) {
    expect({
        {"01-colon-after-break.sta",
         "text=ORDER 7781 21-11-2026T03:46:08 Karte 4711 name=A PAYER\n"},
        {"01-colon-after-break.sta", "text=order 7782 taken at :44:45 by till 3\n"},
        {"02-dash-after-break.sta", "text=CUSTOMER NOTE - invoice 7791 first part\n"},
        {"02-dash-after-break.sta", "text=CUSTOMER NOTE - -invoice 7792\n"},
        {"03-broken-lines.sta", "amount_invalid: 03-broken-lines.sta, line 5: an amount is digits"},
        {"04-long-references.sta",
         "instr=PAYID-9fT2LongerThanSixteenAndMoreQ bank=2026112109123456789012 text=one\n"},
        {"04-long-references.sta", "bank=O/778899 text=two Versement\n"},
        {"04-long-references.sta",
         "text=three BALANCE_CASHBACK-0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0\n"},
        {"05-no-tag-20.sta",
         "statement_unsupported: 05-no-tag-20.sta, line 1: fields of an MT940, but "
         "no :20:"},
        {"06-blank-type.sta", "+24.02 EUR 2026-11-21/2026-11-21 text=utalas 7811\n"},
        {"06-negative-amount.sta", "not \"-104,12NMSCNONREF//010F21\""},
        {"07-filled-up.sta", "+5.25 EUR 2026-11-20/2026-11-20 e2e=E2E-8101 bank=26324-0000001 "
                             "text=FACTUUR 8101"},
        {"08-number-next-year.sta", "text=Rechnung 8204\n< 2027-01-02 2027-01-02 70.00 EUR\n"},
        {"09-balance-without-currency.sta",
         "currency_unknown: 09-balance-without-currency.sta, line 10"},
        {"10-mt942.sta", "statement_unsupported: 10-mt942.sta, line 4: an MT942"},
        {"26-blocks.sta", "e2e=E2E-60103 text=ORDER 60103\n< 2026-11-20 2026-11-20 30.00 EUR\n"},
        {"26-two-pages.sta", "> statement mt940 DE02120300000000202051 00017/002 17 10.00 EUR\n"},
        {"28-supplementary-only.sta", "bank=1FT26325ABC text=ORDER 80001 A PAYER\n"},
        {"46-bom.sta", "+9.00 EUR 2026-11-21/2026-11-21 text=order 46061\n"},
        {"46-blank-lines.sta", "+9.00 EUR 2026-11-21/2026-11-21 text=order 46061\n"},
        {"46-cr-only.sta", "+9.00 EUR 2026-11-21/2026-11-21 text=order 46061\n"},
    });
}

TEST(FieldFiles, of_camt_are_read_in_every_encoding_and_version) {
    expect({
        {"11-charges-in-detail.xml",
         "+97.50 EUR 2026-11-20/2026-11-20 e2e=E2E-9001 text=invoice 9001 (charges 2.50 EUR)\n"},
        {"12-reversal-original-sign.xml", "-30.00 EUR 2026-11-20/2026-11-20 reversal=yes"},
        {"13-cp1252-declared.xml", "text=Gebühr 9203 € name=Käthe Müller\n"},
        {"13-latin1-declared.xml", "text=Gebühr 9201 name=Käthe Müller\n"},
        {"13-utf16-declared.xml", "text=Gebühr 9204 € name=Käthe Müller\n"},
        {"13-latin9-declared-utf8.xml",
         "line 6: not well-formed (invalid token); the text is not in the "
         "encoding that the file declares"},
        {"14-date-times.xml", "+1.15 EUR 2026-11-21/2026-11-20 text=invoice 9302\n"
                              "< 2026-11-20 2026-11-21 -\n"},
        {"15-three-accounts.xml", "> statement camt.053.001.08 NL44RABO0123456789 C-1"},
        {"16-camt052.xml", "> notification camt.052.001.08"},
        {"16-camt053-v10.xml", "> statement camt.053.001.10"},
        {"18-notification.xml", "> notification camt.054.001.08"},
        {"18-statement.xml", "+21.00 EUR 2026-11-20/2026-11-20 e2e=E2E-9601 text=invoice 9601\n"},
        {"46-bom.xml", "text=invoice 4601\n"},
        {"46-blank-line-first.xml", "line 2: XML or text declaration not at start of entity"},
        {"46-two-documents.xml", "line 8: junk after document element"},
        {"46-empty.xml", "statement_unsupported: 46-empty.xml is empty"},
        {"46-zipped.zip", "statement_unsupported: 46-zipped.zip is a ZIP archive"},
    });
}

TEST(FieldFiles, of_csv_are_read_as_the_caller_says_and_never_guessed) {
    CsvOptions hungarian =
        with(csv(DateForm::iso, "HUF"),
             {{"date", "Dátum"}, {"amount", "Összeg"}, {"reference", "Közlemény"}});
    hungarian.decimal_comma = true;
    CsvOptions comma = csv();
    comma.decimal_comma = true;
    CsvOptions german = with(csv(DateForm::day_first, "EUR"), {{"date", "Buchungsdatum"},
                                                               {"amount", "Betrag (€)"},
                                                               {"reference", "Verwendungszweck"},
                                                               {"status", "Status"}});
    german.decimal_comma = true;
    german.two_digit_years = true;
    german.booked_words = {"gebucht"};
    CsvOptions german_without_sum = german;
    german_without_sum.skip_last_lines = 1;
    CsvOptions points = csv(DateForm::day_first);
    points.decimal_comma = true;
    CsvOptions footer = csv();
    footer.skip_last_lines = 1;
    CsvOptions years = csv(DateForm::day_first);
    years.two_digit_years = true;
    expect({
        {"19-dots-year-first.csv", "+12.50 GBP 2026-11-20/2026-11-20 text=invoice 9702\n", comma},
        {"19-dots-year-first.csv", "the amount \"12,50\" cannot be read"},
        {"19-utf16le.csv", "+1234.50 HUF 2026-11-20/2026-11-20 text=számla 9701\n", hungarian},
        {"19-utf16le.csv", "it has dátum, Összeg, közlemény"},
        {"20-footer-only.csv", "line 4: the date \"Total\" cannot be read as year, month, day"},
        {"20-footer-only.csv", "text=invoice 9802\n<", footer},
        {"20-preamble-and-footer.csv", "+1012.50 EUR 2026-11-20/2026-11-20 text=Rechnung 9801\n",
         german_without_sum},
        {"20-preamble-and-footer.csv", "+1012.50 EUR", german}, // a sum has no status
        {"21-amount-apostrophe.csv", "+1234.50 GBP"},
        {"21-amount-brackets.csv", "-33.52 GBP"},
        {"21-amount-cr.csv", "+50.00 GBP"},
        {"21-amount-currency-behind.csv", "+1000.00 GBP"},
        {"21-amount-minus-sign.csv", "-50.00 GBP"},
        {"21-amount-nbsp.csv", "+1000.00 GBP"},
        {"21-amount-plus.csv", "+50.00 GBP"},
        {"21-amount-pound.csv", "+1234.50 GBP"},
        {"21-pound-cp1252.csv", "+250.00 GBP 2026-11-20/2026-11-20 text=invoice 9902\n"},
        {"22-comma-three-decimals.csv", "+173900.00 GBP"},
        {"22-point-thousands.csv", "+1000.00 GBP", points},
        {"22-point-thousands.csv", "+1111.11 GBP", points},
        {"23-twins.csv", "text=COFFEE TOKEN\n+4.50 GBP"},
        {"23-overlap-1.csv", "> statement csv"},
        {"23-overlap-2.csv", "> statement csv"},
        {"46-date-time.csv", "+13.00 GBP 2026-11-20/2026-11-20 text=order 46095\n"},
        {"46-day-month-unclear.csv", "the date \"05/11/2026\" cannot be read as year, month, day"},
        {"46-month-name.csv", "+13.00 GBP 2026-11-20/2026-11-20 text=order 46093\n"},
        {"46-trailing-separator.csv", "line 2: 4 fields where the header has 3"},
        {"46-two-digit-year.csv", "+12.00 GBP 2026-11-20/2026-11-20 text=order 46091\n", years},
        {"46-two-digit-year.csv", "the date \"20/11/26\" cannot be read", csv(DateForm::day_first)},
        {"46-two-headers.csv", "column amount is there twice"},
    });
}

TEST(FieldFiles, of_csv_with_directions_and_statuses_count_what_was_booked) {
    CsvOptions words = with(csv(), {{"date", "Finished on"},
                                    {"amount", "Target amount (after fees)"},
                                    {"currency", "Target currency"}});
    words.booked_words = {"completed"};
    CsvOptions words_known = words;
    words_known.debit_words = {"neutral"};
    CsvOptions states = with(csv(), {{"date", "Completed Date"}});
    CsvOptions booked = states;
    booked.booked_words = {"completed"};
    CsvOptions dutch = with(csv(DateForm::iso, "EUR"), {{"date", "Datum"},
                                                        {"amount", "Bedrag (EUR)"},
                                                        {"direction", "Af Bij"},
                                                        {"reference", "Mededelingen"}});
    dutch.decimal_comma = true;
    CsvOptions dutch_words = dutch;
    dutch_words.credit_words = {"bij"};
    dutch_words.debit_words = {"af"};
    CsvOptions german =
        with(csv(DateForm::day_first, "EUR"),
             {{"date", "Buchungstag"}, {"direction", "S/H"}, {"reference", "Verwendungszweck"}});
    german.decimal_comma = true;
    german.credit_words = {"h"};
    german.debit_words = {"s"};
    expect({
        {"24-direction-words.csv", "the direction \"NEUTRAL\" is neither credit nor debit", words},
        {"24-direction-words.csv",
         "-16.00 GBP 2026-11-20/2026-11-20 tx=T-2 text=order 40012\n-17.00", words_known},
        {"24-status-column.csv", "has a column state: say which of its words mean booked", states},
        {"24-status-column.csv", "+15.00 GBP 2026-11-20/2026-11-20 text=order 40001\n<", booked},
        {"27-direction-dutch.csv", "the direction \"Bij\" is neither credit nor debit", dutch},
        {"27-direction-dutch.csv", "-900.00 EUR 2026-11-20/2026-11-20 text=kassa 70002\n",
         dutch_words},
        {"27-direction-english.csv", "-5.00 GBP 2026-11-20/2026-11-20 text=rent 70023\n"},
        {"27-direction-german.csv", "-900.00 EUR 2026-11-20/2026-11-20 text=Miete 70012\n", german},
        {"27-type-deposit-withdrawal.csv",
         "+12.00 GBP 2026-11-20/2026-11-20 text=order 70031\n-900.00"},
    });
}

TEST(FieldFiles, of_the_banks_of_one_country_are_read) {
    CsvOptions lloyds = csv(DateForm::day_first);
    CsvOptions lloyds_named = with(lloyds, {{"reference", "Transaction Description"}});
    CsvOptions starling = with(csv(DateForm::day_first), {{"amount", "Amount (GBP)"}});
    CsvOptions hsbc =
        with(csv(DateForm::day_first), {{"date", "1"}, {"reference", "2"}, {"amount", "3"}});
    hsbc.has_header = false;
    // A file that says its account by itself is one of that account.
    expect({
        {"25-lloyds.csv", "columns left over: transaction type, sort code, transaction description",
         lloyds},
        {"25-lloyds.csv", "+12.00 GBP 2026-11-20/2026-11-20 text=order 50002\n", lloyds_named},
        {"25-starling.csv", "+12.00 GBP 2026-11-20/2026-11-20 text=order 50001\n", starling},
        {"25-starling.csv", "it has date, counter party, reference, type, amount (gbp)"},
        {"25-natwest.csv", "+12.00 GBP 2026-11-20/2026-11-20 text='order 50003\n",
         csv(DateForm::day_first)},
        {"25-monzo.csv", "tx=tx_0001 text=order 50004 name=A Payer\n", csv(DateForm::day_first)},
        {"25-hsbc-no-header.csv", "-1000.00 GBP 2026-11-20/2026-11-20 text=order 50006\n", hsbc},
    });
}

} // namespace
} // namespace settled::statements
