#include "cli/layout.h"

#include <gtest/gtest.h>

namespace settled::cli {
namespace {

TEST(Layout, a_character_of_several_bytes_is_one_column) {
    EXPECT_EQ(columns(""), 0U);
    EXPECT_EQ(columns("abc"), 3U);
    EXPECT_EQ(columns("✓ ─ é"), 5U);
}

TEST(Layout, the_right_part_ends_at_the_width) {
    EXPECT_EQ(spread("✓ stored", "1.2 ms", 20), "✓ stored      1.2 ms");
    EXPECT_EQ(columns(spread("✓ stored", "1.2 ms", 20)), 20U);
    EXPECT_EQ(spread("a longer text than fits", "1 ms", 10), "a longer text than fits  1 ms");
    EXPECT_EQ(spread("alone", "", 40), "alone");
}

TEST(Layout, lines_break_at_spaces) {
    EXPECT_EQ(wrapped("one two three", 7), (std::vector<std::string>{"one two", "three"}));
    EXPECT_EQ(wrapped("incomprehensible it is", 5),
              (std::vector<std::string>{"incomprehensible", "it is"}));
    EXPECT_EQ(wrapped("  one   two ", 20), (std::vector<std::string>{"one two"}));
    EXPECT_TRUE(wrapped("", 20).empty());
}

TEST(Layout, a_cut_is_shown_only_where_a_text_was_cut) {
    EXPECT_EQ(cut_part("ACME order 20417 London", "ACME order 20417 L", "."), ".....");
    EXPECT_EQ(cut_part("same", "same", "."), "");
    EXPECT_EQ(cut_part("ACME", "other", "."), "");
    EXPECT_EQ(cut_part("Café au lait", "Café", "·"), "········");
}

TEST(Layout, durations_have_three_digits) {
    struct Case {
        std::int64_t us;
        const char* text;
    };
    const Case cases[] = {
        {-5, "0.00 ms"},        {0, "0.00 ms"},      {844, "0.84 ms"},       {845, "0.85 ms"},
        {9'994, "9.99 ms"},     {9'995, "10.0 ms"},  {12'449, "12.4 ms"},    {99'949, "99.9 ms"},
        {99'950, "100 ms"},     {812'400, "812 ms"}, {9'999'499, "9999 ms"}, {9'999'500, "10.0 s"},
        {12'340'000, "12.3 s"},
    };
    for (const Case& c : cases)
        EXPECT_EQ(duration_text(c.us), c.text) << c.us;
}

TEST(Layout, percentiles_are_values_that_were_seen) {
    EXPECT_EQ(percentile({}, 50), std::nullopt);
    EXPECT_EQ(percentile({7}, 50), 7);
    EXPECT_EQ(percentile({7}, 99), 7);
    EXPECT_EQ(percentile({4, 1, 3, 2}, 50), 2);
    EXPECT_EQ(percentile({4, 1, 3, 2}, 0), 1);
    EXPECT_EQ(percentile({4, 1, 3, 2}, 100), 4);
    std::vector<std::int64_t> hundred;
    for (std::int64_t i = 1; i <= 100; ++i)
        hundred.push_back(i);
    EXPECT_EQ(percentile(hundred, 50), 50);
    EXPECT_EQ(percentile(hundred, 99), 99);
}

TEST(Layout, a_bar_is_full_only_at_the_end) {
    EXPECT_EQ(bar(0, 4, 8, "#", "."), "........");
    EXPECT_EQ(bar(1, 4, 8, "#", "."), "##......");
    EXPECT_EQ(bar(399, 400, 8, "#", "."), "#######.");
    EXPECT_EQ(bar(4, 4, 8, "#", "."), "########");
    EXPECT_EQ(bar(9, 4, 8, "#", "."), "########");
    EXPECT_EQ(bar(0, 0, 8, "#", "."), "........");
}

} // namespace
} // namespace settled::cli
