#include "base/iban.h"

#include <gtest/gtest.h>

namespace settled {
namespace {

TEST(Iban, check_digits_follow_iso_13616) {
    for (const std::string_view good :
         {"GB57CLRB04040100057354", "GB58CLRB04040009547509", "GB29NWBK60161331926819",
          "GB38SRLG04001112345678", "DE89370400440532013000"})
        EXPECT_TRUE(iban_check_digits_hold(good)) << good;
    for (const std::string_view bad :
         {"GB00CUBK11223312345678", "GB12CLBK01020312345678", "GB57CLRB04040100057355", "", "GB"})
        EXPECT_FALSE(iban_check_digits_hold(bad)) << bad;
}

TEST(Iban, our_api_takes_spaces_and_lower_case_but_no_wrong_digits) {
    EXPECT_EQ(parse_iban("gb57 clrb 0404 0100 0573 54").value(), "GB57CLRB04040100057354");
    EXPECT_EQ(parse_iban("GB57CLRB04040100057355").error().code, Code::iban_invalid);
    EXPECT_EQ(parse_iban("GB57CLRB0404010005735").error().code, Code::iban_invalid);
}

TEST(Iban, every_spelling_of_an_account_has_one_key) {
    EXPECT_EQ(account_key("GB57CLRB04040100057354"), "04040100057354");
    EXPECT_EQ(account_key("CLRB04040100057354"), "04040100057354");
    EXPECT_EQ(account_key("04-04-01", "00057354"), "04040100057354");
    EXPECT_EQ(account_key("040401", "57354"), "");
    EXPECT_EQ(account_key("040401", "057354"), "04040100057354");
    EXPECT_EQ(account_key("de89 3704 0044 0532 0130 00"), "DE89370400440532013000");
}

TEST(Iban, masked_accounts_have_no_key) {
    for (const std::string_view masked : {"*****493", "XXXXXXXXXXXXXXX", "00000000", ""})
        EXPECT_EQ(account_key(masked), "") << masked;
    EXPECT_EQ(masked_account("GB57CLRB04040100057354"), "…7354");
    EXPECT_EQ(masked_account("123"), "…");
}

} // namespace
} // namespace settled
