#include "statements/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::statements {
namespace {

using ::testing::HasSubstr;
using testing::read_lines;

// The entry of a message with these fields behind the opening balance.
std::string entry_of(const std::string& fields, std::string_view currency = "GBP") {
    const std::string lines = read_lines(fmt::format(":20:X\n:25:GB57CLRB04040100057354\n:28C:1/1\n"
                                                     ":60F:C261119{0}0,\n{1}:62F:C261120{0}0,\n",
                                                     currency, fields));
    const std::size_t begin = lines.find('\n') + 1;
    const std::size_t end = lines.rfind("< ");
    return end == lines.npos ? lines : lines.substr(begin, end - begin);
}

TEST(Mt940, a_message_with_its_blocks_is_read) {
    EXPECT_EQ(
        read_lines(
            "{1:F01CLRBGB22XXXX0000000000}{2:I940XXXXN}{4:\r\n:20:STMT17\r\n"
            ":25:040401/00057354\r\n:28C:00017/001\r\n:60F:C261119GBP1000,00\r\n"
            ":61:2611201120C250,75NTRFINV7//B-99\r\nsupplement\r\n:86:INV 7 FROM A\r\nPAYER\r\n"
            ":61:2611201120D50,NCHGNONREF\r\n:62F:C261120GBP1200,75\r\n:64:C261120GBP1200,75\r\n"
            ":86:of all\r\n-}{5:{CHK:0}}\r\n"),
        "> statement mt940 04040100057354 00017/001 17 1000.00 GBP\n"
        "+250.75 GBP 2026-11-20/2026-11-20 instr=INV7 bank=B-99 text=INV 7 FROM A PAYER "
        "supplement\n"
        "-50.00 GBP 2026-11-20/2026-11-20\n"
        "< 2026-11-20 2026-11-20 1200.75 GBP\n");
}

TEST(Mt940, line_61_is_read_in_all_its_forms) {
    struct Case {
        const char* line;
        const char* entry;
    };
    const Case cases[] = {
        {"261120C1,5NTRFREF1", "+1.50 GBP 2026-11-20/2026-11-20 instr=REF1\n"},
        {"2611201121C1,50NTRFNONREF", "+1.50 GBP 2026-11-21/2026-11-20\n"},
        {"2612310102CP1,50NTRFNONREF", "+1.50 GBP 2027-01-02/2026-12-31\n"},
        {"2701021231DP1,50NTRFNONREF", "-1.50 GBP 2026-12-31/2027-01-02\n"},
        {"261120RC1,50NTRFREF1//BANK1",
         "-1.50 GBP 2026-11-20/2026-11-20 reversal=yes instr=REF1 bank=BANK1\n"},
        {"261120RDP1,50NTRFREF1", "+1.50 GBP 2026-11-20/2026-11-20 reversal=yes instr=REF1\n"},
        {"261120EC1,50NTRFREF1", ""},
        {"261120C0,00NTRFREF1", ""},
        {"261120C1,50", "+1.50 GBP 2026-11-20/2026-11-20\n"},
        {"261120X1,50NTRF", "statement_malformed: f, line 5: an entry says C, D, RC or RD"},
        {"261120C150NTRF", "amount_invalid: f, line 5: an amount is digits and a comma"},
        {"261120C1,505NTRF", "amount_invalid: f, line 5: "},
        {"261320C1,50NTRF",
         "timestamp_invalid: f, line 5: the value date of an entry cannot be read"},
        {"2611201320C1,50NTRF",
         "timestamp_invalid: f, line 5: the booking date of an entry cannot be read"},
    };
    for (const Case& c : cases)
        EXPECT_THAT(entry_of(fmt::format(":61:{}\n", c.line)), ::testing::StartsWith(c.entry))
            << c.line;
    EXPECT_EQ(entry_of(":61:261120C1234,NTRF\n", "JPY"), "+1234 JPY 2026-11-20/2026-11-20\n");
    EXPECT_EQ(entry_of(":61:261120C1,234NTRF\n", "KWD"), "+1.234 KWD 2026-11-20/2026-11-20\n");
}

TEST(Mt940, field_86_is_read_in_three_ways) {
    struct Case {
        const char* narrative;
        const char* fields;
    };
    const Case cases[] = {
        {"FASTER PAYMENT\nINV 7", "text=FASTER PAYMENT INV 7"},
        {"166?00GUTSCHRIFT?109251?20EREF+E2E-7?21KREF+K7?22SVWZ+Invo\n?23ice "
         "7?30GENODEF1?31DE02120300000000202051"
         "?32A PAY?33ER?34000",
         "e2e=E2E-7 instr=K7 text=Invoice 7 name=A PAYER account=DE02120300000000202051"},
        {"166>00X>20What is it? 12 of>21 3>32B", "text=What is it? 12 of 3 name=B"},
        {"116?20SVWZ+a?21EREF+NOTPROVIDED", "text=a"},
        {"/EREF/E2E-7//CNTP/NL02ABNA0123456789/ABNANL2A/A PAYER/CITY//REMI/USTD//Invoice/7/",
         "e2e=E2E-7 text=Invoice/7 name=A PAYER account=NL02ABNA0123456789"},
        {"/TRTP/SEPA OVERBOEKING/IBAN/NL02ABNA0123456789/BIC/ABNANL2A/NAME/A PAYER/REMI/INV "
         "7/ER\nEF/E2E-7",
         "e2e=E2E-7 text=INV 7 name=A PAYER account=NL02ABNA0123456789"},
        {"/ROC/E2E-7", "e2e=E2E-7"},
        {"/ROC/E2E-7/REMI//STRD/CUR/RF18", "e2e=E2E-7 text=RF18"},
        {"12/11/2026 INV 7", "text=12/11/2026 INV 7"},
        {"100/22/33 INV", "text=100/22/33 INV"},
        {"M\xFCller", "text=M\xC3\xBCller"},
    };
    for (const Case& c : cases) {
        const std::string entry =
            entry_of(fmt::format(":61:261120C1,NTRFNONREF\n:86:{}\n", c.narrative));
        EXPECT_EQ(entry, fmt::format("+1.00 GBP 2026-11-20/2026-11-20 {}\n", c.fields))
            << c.narrative;
    }
}

TEST(Mt940, accounts_and_numbers_are_read_as_banks_write_them) {
    struct Case {
        const char* account;
        const char* number;
        const char* head;
    };
    const Case cases[] = {
        {"NL91ABNA0417164300EUR", "123", "> statement mt940 NL91ABNA0417164300 123 123 0.00 GBP\n"},
        {"CLRBGB22/GB57CLRB04040100057354", "0/1",
         "> statement mt940 GB57CLRB04040100057354 0/1 - 0.00 GBP\n"},
        {"04-04-01 00057354", "00003/00002",
         "> statement mt940 04040100057354 00003/00002 3 0.00 GBP\n"},
        {"20041010/1234567", "X", "> statement mt940 20041010/1234567 X - 0.00 GBP\n"},
    };
    for (const Case& c : cases)
        EXPECT_THAT(
            read_lines(fmt::format(":20:X\n:25:{}\n:28C:{}\n:60F:C261119GBP0,\n:62F:C261120GBP0,\n",
                                   c.account, c.number)),
            ::testing::StartsWith(c.head));
}

TEST(Mt940, several_messages_are_several_statements) {
    const std::string one = ":20:X\n:25:GB57CLRB04040100057354\n:28C:1/{}\n:60M:D261119GBP5,\n"
                            ":61:261120C1,NTRF\n:62M:D261120GBP4,\n-\n";
    const std::string lines =
        read_lines(fmt::format(fmt::runtime(one), 1) + fmt::format(fmt::runtime(one), 2));
    EXPECT_THAT(lines, HasSubstr("1/1 1 -5.00 GBP\n+1.00"));
    EXPECT_THAT(lines, HasSubstr("1/2 1 -5.00 GBP\n+1.00"));
}

TEST(Mt940, an_incomplete_statement_is_refused_with_its_line) {
    EXPECT_EQ(read_lines(":20:X\n:25:A1\n:60F:C261119GBP0,\n:61:261120C1,NTRF\n"),
              "statement_malformed: f, line 4: the last message has no :62F: or :62M:");
    EXPECT_EQ(read_lines(":20:X\n:61:261120C1,NTRF\n"),
              "statement_malformed: f, line 2: an entry before the opening balance (:60F:)");
    EXPECT_EQ(read_lines(":20:X\n:25:A1\n:60F:C261119GBP0,\n:20:Y\n"),
              "statement_malformed: f, line 4: a message begins before the one before it has its "
              ":62F: or :62M:");
    EXPECT_EQ(read_lines(":25:A1\n"),
              "statement_unsupported: f, line 1: fields of an MT940, but no :20:, with which each "
              "message begins");
    EXPECT_THAT(read_lines(":20:" + std::string(5000, 'x')), HasSubstr("the line is too long"));
}

} // namespace
} // namespace settled::statements
