// The weights here are made for the tests: each table makes one algorithm or exception decide.
#include "domain/uk/modulus.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace settled::domain {
namespace {

using enum ModulusVerdict;

// The last eight weights stand for a to h; the first six, of the sort code, are 0 unless given.
std::string row(std::string_view method, std::string_view account_weights, int exception = 0,
                std::string_view sort_weights = "0 0 0 0 0 0") {
    return fmt::format("100000 199999 {} {} {}{}\n", method, sort_weights, account_weights,
                       exception == 0 ? "" : fmt::format(" {}", exception));
}

ModulusTable table_of(const std::string& rows, std::string_view substitutions = "") {
    auto table = ModulusTable::parse(rows, substitutions);
    EXPECT_TRUE(table) << (table ? "" : table.error().detail);
    return table ? *std::move(table) : ModulusTable();
}

void expect(const ModulusTable& table, std::string_view account, ModulusVerdict verdict,
            std::string_view sort_code = "123456") {
    EXPECT_EQ(table.check(sort_code, account), verdict) << sort_code << " " << account;
}

constexpr std::string_view only_gh = "0 0 0 0 0 0 1 1";
constexpr std::string_view only_h = "0 0 0 0 0 0 0 1";
constexpr std::string_view never = "0 0 0 0 0 0 0 0"; // sums to 0, which always passes

TEST(Modulus, adds_products_for_mod_10_and_mod_11) {
    const auto ten = table_of(row("MOD10", "0 0 0 0 0 0 7 3"));
    expect(ten, "00000011", valid);   // 7 + 3
    expect(ten, "00000012", invalid); // 7 + 6
    const auto eleven = table_of(row("MOD11", "0 0 0 0 0 0 7 4"));
    expect(eleven, "00000011", valid); // 7 + 4
    expect(eleven, "00000012", invalid);
    // The sort code counts, too: 1 of 123456 counts 9 times.
    expect(table_of(row("MOD10", only_h, 0, "9 0 0 0 0 0")), "00000001", valid);
    expect(table_of(row("MOD10", only_h, 0, "9 0 0 0 0 0")), "00000002", invalid);
}

TEST(Modulus, adds_the_digits_of_products_for_double_alternate) {
    const auto table = table_of(row("DBLAL", "0 0 0 0 0 0 2 1"));
    expect(table, "00000091", valid);   // 18 is 1 + 8, and 1
    expect(table, "00000092", invalid); // with the products themselves 18 + 2 would pass
}

TEST(Modulus, finds_no_rule_for_a_sort_code_outside_all_ranges) {
    const auto table = table_of(row("MOD10", only_h));
    expect(table, "00000001", unknown, "200000");
    expect(table, "00000001", unknown, "099999");
    expect(table, "00000001", invalid, "100000");
    expect(table, "00000001", invalid, "199999");
}

TEST(Modulus, needs_both_of_two_rules) {
    const auto table = table_of(row("MOD10", only_h) + row("MOD10", "0 0 0 0 0 0 1 0"));
    expect(table, "00000000", valid);
    expect(table, "00000010", invalid);
    expect(table, "00000001", invalid);
}

TEST(Modulus, adds_27_for_exception_1) {
    const auto table = table_of(row("DBLAL", only_h, 1));
    expect(table, "00000003", valid); // 27 + 3
    expect(table, "00000000", invalid);
}

TEST(Modulus, takes_other_weights_for_exception_2_and_another_sort_code_for_exception_9) {
    const std::string second = "100000 199999 MOD11 1 0 0 0 0 0 0 0 0 0 0 0 0 8 9\n"; // 3 of 309634
    const auto table = table_of(row("MOD11", only_h, 2) + second);
    // a is 0: the row's own weights.
    expect(table, "00000000", valid);
    // a is not 0, g is not 9: 6 of a and 1 of h, with 1 2 5 3 of w x y z: 3 + 8 + 25 + 18 = 54.
    expect(table, "20000000", valid); // 54 + 12 = 66
    // g is 9: 9 x 3 and h; the sort code and a, b do not count.
    expect(table, "10000096", valid); // 27 + 6 = 33
    // The second one suffices: 3 + 8 x 1.
    expect(table, "00000001", valid);
    expect(table, "00000002", invalid); // 2, and 3 + 16 = 19
    // One without the other is no such pair.
    expect(table_of(row("MOD11", only_h, 2) + row("MOD11", only_h)), "10000096", invalid);
}

TEST(Modulus, skips_the_check_of_exception_3_for_c_6_and_9) {
    const auto table = table_of(row("MOD10", never) + row("DBLAL", only_h, 3));
    expect(table, "00600001", valid);
    expect(table, "00900001", valid);
    expect(table, "00500001", invalid);
}

TEST(Modulus, compares_the_remainder_with_g_and_h_for_exception_4) {
    const auto table = table_of(row("MOD11", "1 0 0 0 0 0 0 0", 4));
    expect(table, "70000007", valid);
    expect(table, "70000017", invalid);
    const auto ten = table_of(row("MOD11", "2 0 0 0 0 0 0 0", 4));
    expect(ten, "50000010", valid); // 10 is g and h together
}

TEST(Modulus, checks_g_and_h_by_what_is_left_for_exception_5_with_the_substituted_sort_code) {
    const std::string both =
        row("MOD11", "1 0 0 0 0 0 0 0", 5) + row("DBLAL", "0 1 0 0 0 0 0 0", 5);
    const auto table = table_of(both);
    expect(table, "00000000", valid);   // nothing left: g and h are 0
    expect(table, "00000010", invalid); // nothing left, but g
    expect(table, "20000090", valid);   // 2 left: g is 9
    expect(table, "10000000", invalid); // 1 left: no digit fits
    expect(table, "03000007", valid);   // 3 left of 10: h is 7
    expect(table, "03000008", invalid);
    const auto substituted =
        table_of(row("MOD11", never, 5, "1 0 0 0 0 0") + row("DBLAL", never, 5), "123456 923456\n");
    expect(substituted, "00000020", valid); // 9 left, of the substitute: g is 2
    expect(substituted, "00000020", invalid, "123457");
}

TEST(Modulus, cannot_check_accounts_in_foreign_currency_of_exception_6) {
    const auto table = table_of(row("MOD11", only_h, 6) + row("DBLAL", only_h, 6));
    expect(table, "40000011", valid);
    expect(table, "80000055", valid);
    expect(table, "30000011", invalid);
    expect(table, "90000011", invalid);
    expect(table, "40000021", invalid);
}

TEST(Modulus, leaves_out_u_to_b_for_exception_7_where_g_is_9) {
    const auto table = table_of(row("MOD10", "1 0 0 0 0 0 0 1", 7, "1 0 0 0 0 0"));
    expect(table, "50000090", valid); // 1 and 5 are left out
    expect(table, "50000080", invalid);
    expect(table, "50000004", valid); // 1 + 5 + 4
}

TEST(Modulus, checks_with_the_sort_code_090126_for_exception_8) {
    const auto table = table_of(row("MOD11", only_h, 8, "0 1 0 0 0 0")); // 9 of 090126
    expect(table, "00000002", valid);
    expect(table, "00000009", invalid); // 2 of 123456 would pass
}

TEST(Modulus, needs_one_of_exceptions_10_and_11) {
    const auto table =
        table_of(row("MOD11", "1 1 0 0 0 0 0 1", 10) + row("DBLAL", "0 0 1 0 0 0 0 0", 11));
    expect(table, "00000000", valid);
    expect(table, "00100000", valid);   // the first
    expect(table, "00000001", valid);   // the second
    expect(table, "00100001", invalid); // none
    // ab is 09 or 99, g is 9: a and b are left out.
    expect(table, "09100090", valid);
    expect(table, "99100090", valid);
    expect(table, "19100090", invalid);
    expect(table, "09100080", invalid); // g is not 9: it is b that stands between
}

TEST(Modulus, needs_one_of_exceptions_12_and_13) {
    const auto table = table_of(row("MOD11", only_h, 12) + row("MOD10", "0 0 0 0 0 0 1 0", 13));
    expect(table, "00000000", valid);
    expect(table, "00000001", valid);
    expect(table, "00000010", valid);
    expect(table, "00000011", invalid);
}

TEST(Modulus, drops_the_last_digit_for_exception_14) {
    const auto table = table_of(row("MOD11", only_gh, 14));
    expect(table, "00000065", valid);   // 11
    expect(table, "00000560", valid);   // 6; shifted 5 + 6
    expect(table, "00000550", invalid); // 5; shifted 5 + 5
    expect(table, "00000652", invalid); // 7, and only 0, 1 and 9 are dropped
    const auto shifts = table_of(row("MOD11", "0 0 0 0 0 0 6 5", 14));
    expect(shifts, "00000110", valid);   // 6; shifted, 1 and 1 make 11
    expect(shifts, "00000111", valid);   // 11 at once
    expect(shifts, "00000119", valid);   // 51; shifted 11
    expect(shifts, "00000112", invalid); // 16
}

TEST(Modulus, finds_what_is_no_account_invalid) {
    const auto table = table_of(row("MOD10", never));
    for (const char* const account : {"", "0000000", "000000000", "0000000a", "0000 000"})
        expect(table, account, invalid);
    expect(table, "00000000", invalid, "12-34-56");
}

TEST(Modulus, refuses_a_table_that_is_none_and_names_file_and_line) {
    const std::string good = row("MOD10", only_h);
    struct Case {
        std::string weights;
        std::string_view substitutions;
        std::string_view where;
    };
    for (const Case& c :
         {Case{"", "", "weights"}, Case{good + "100000 199999 MOD10 1 2\n", "", "line 2"},
          Case{"100000 199999 MOD12 0 0 0 0 0 0 0 0 0 0 0 0 0 1", "", "line 1"},
          Case{"199999 100000 MOD10 0 0 0 0 0 0 0 0 0 0 0 0 0 1", "", "line 1"},
          Case{"10000 199999 MOD10 0 0 0 0 0 0 0 0 0 0 0 0 0 1", "", "line 1"},
          Case{"100000 199999 MOD10 0 0 0 0 0 0 0 0 0 0 0 0 0 -1", "", "line 1"},
          Case{"100000 199999 MOD10 0 0 0 0 0 0 0 0 0 0 0 0 0 1 15", "", "line 1"},
          Case{good, "123456 12345\n", "substitutions, line 1"},
          Case{good, "\n123456\n", "substitutions, line 2"}}) {
        const auto table = ModulusTable::parse(c.weights, c.substitutions);
        ASSERT_FALSE(table) << c.weights;
        EXPECT_NE(table.error().detail.find(c.where), std::string::npos) << table.error().detail;
    }
}

std::string text_of(const char* path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// The scheme's own cases, with its own files: SETTLED_MODULUS_WEIGHTS, SETTLED_MODULUS_SUBSTITUTIONS, and
// SETTLED_MODULUS_CASES with lines of sort code, account number and Y or N.
TEST(Modulus, agrees_with_the_published_cases_where_their_files_are_given) {
    const char* const weights = std::getenv("SETTLED_MODULUS_WEIGHTS");
    const char* const cases = std::getenv("SETTLED_MODULUS_CASES");
    if (weights == nullptr || cases == nullptr)
        GTEST_SKIP() << "no files are given";
    const char* const substitutions = std::getenv("SETTLED_MODULUS_SUBSTITUTIONS");
    const auto table = ModulusTable::parse(text_of(weights),
                                           substitutions == nullptr ? "" : text_of(substitutions));
    ASSERT_TRUE(table) << table.error().detail;
    std::istringstream lines(text_of(cases));
    std::string sort_code;
    std::string account;
    std::string expected;
    int checked = 0;
    while (lines >> sort_code >> account >> expected) {
        EXPECT_EQ(table->check(sort_code, account) != invalid, expected == "Y")
            << sort_code << " " << account;
        ++checked;
    }
    EXPECT_GE(checked, 34);
}

} // namespace
} // namespace settled::domain
