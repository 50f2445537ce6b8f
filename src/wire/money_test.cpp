#include "wire/money.h"

#include <gtest/gtest.h>

namespace settled::wire {
namespace {

TEST(PlainDecimal, is_the_number_without_its_exponent) {
    struct Case {
        const char* number;
        const char* plain;
    };
    const Case cases[] = {{"6E+2", "600"},      {"1.0E+2", "100"}, {"1.234e2", "123.4"},
                          {"7.0E1", "70"},      {"4.3E+1", "43"},  {"1.5e-1", "0.15"},
                          {"-2E3", "-2000"},    {"0e5", "0"},      {"12.34", "12.34"},
                          {"1234.0", "1234.0"}, {"1e-3", "0.001"}, {"1e99", "1e99"},
                          {"1e", "1e"},         {"e5", "e5"},      {"1.e5", "100000"}};
    for (const Case& c : cases) {
        const std::string plain = plain_decimal(c.number);
        EXPECT_EQ(plain, c.plain) << c.number;
    }
}

} // namespace
} // namespace settled::wire
