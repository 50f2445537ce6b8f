#include "statements/charges.h"

#include "statements/bounds.h"

#include <gtest/gtest.h>

namespace settled::statements {
namespace {

Money euro(std::int64_t minor) {
    return {minor, Currency::parse("EUR").value()};
}

TEST(Charges, stand_behind_the_text_and_can_be_left_out_again) {
    for (const char* text : {"", "invoice 9001", "invoice (9001)", "(charges 1.00 EUR)"}) {
        const std::string noted = with_charges(text, euro(250));
        EXPECT_TRUE(noted.ends_with("(charges 2.50 EUR)")) << noted;
        EXPECT_EQ(without_charges(noted), text);
    }
    EXPECT_EQ(with_charges("invoice 9001", euro(250)), "invoice 9001 (charges 2.50 EUR)");
    const std::string long_text(bounds::remittance_bytes_max, 'x');
    EXPECT_EQ(with_charges(long_text, euro(250)), long_text);
}

TEST(Charges, a_payer_s_own_words_are_left_as_they_are) {
    for (const char* text :
         {"", "invoice 9001", "(charges )", "(charges EUR)", "(charges 2.50)",
          "(charges 2.50 EURO)", "(charges x EUR)", "(charges 2.50 EUR) paid", "charges 2.50 EUR"})
        EXPECT_EQ(without_charges(text), text);
}

} // namespace
} // namespace settled::statements
