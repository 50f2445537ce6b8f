#include "base/money.h"

#include <gtest/gtest.h>

namespace settled {
namespace {

Currency currency(std::string_view code) {
    return Currency::parse(code).value();
}

struct Case {
    std::string_view text;
    std::string_view currency;
    std::int64_t minor;
    bool ok;
};

TEST(Money, reads_major_units_as_exact_minor_units) {
    const Case table[] = {
        {"12.34", "GBP", 1234, true},
        {"12", "GBP", 1200, true},
        {"0.1", "GBP", 10, true},
        {"-0.05", "GBP", -5, true},
        {"12.3400", "GBP", 1234, true},
        {"12.345", "GBP", 0, false},
        {"1234", "JPY", 1234, true},
        {"1234.0", "JPY", 1234, true},
        {"1.5", "JPY", 0, false},
        {"1.234", "KWD", 1234, true},
        {"", "GBP", 0, false},
        {".5", "GBP", 0, false},
        {"5.", "GBP", 0, false},
        {"+5", "GBP", 0, false},
        {"1e3", "GBP", 0, false},
        {"1,000", "GBP", 0, false},
        {" 1", "GBP", 0, false},
        {"--1", "GBP", 0, false},
        {"9999999999999999.99", "GBP", 999'999'999'999'999'999, true},
        {"99999999999999999", "GBP", 0, false},
    };
    for (const Case& c : table) {
        const auto money = parse_money(c.text, currency(c.currency));
        ASSERT_EQ(money.has_value(), c.ok) << c.text;
        if (c.ok)
            EXPECT_EQ(money->minor, c.minor) << c.text;
        else
            EXPECT_EQ(money.error().code, Code::amount_invalid) << c.text;
    }
}

TEST(Money, decimal_is_the_inverse_of_parse) {
    for (const std::string_view code : {"GBP", "JPY", "KWD", "CLF"})
        for (const std::int64_t minor :
             {0L, 1L, 9L, 10L, 99L, 100L, 12345L, -7L, 999'999'999'999L}) {
            const Money money{minor, currency(code)};
            EXPECT_EQ(parse_money(decimal(money), money.currency).value(), money);
        }
    EXPECT_EQ(decimal({1234, currency("GBP")}), "12.34");
    EXPECT_EQ(decimal({5, currency("GBP")}), "0.05");
}

TEST(Money, knows_only_currencies_with_minor_units) {
    for (const std::string_view code : {"XAU", "XXX", "gbp", "GB", "GBPP", "ABC", "BP "})
        EXPECT_FALSE(Currency::parse(code).has_value()) << code;
}

} // namespace
} // namespace settled
