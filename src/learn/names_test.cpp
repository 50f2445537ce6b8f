#include "learn/names.h"

#include <gtest/gtest.h>

namespace settled::learn {
namespace {

TEST(Names, a_bank_is_read_out_of_its_accounts) {
    struct Case {
        std::string_view account, bank;
    };
    for (const Case& each :
         {Case{"04000412345678", "GB040004"}, Case{"DE89370400440532013000", "DE37040044"},
          Case{"NL91ABNA0417164300", "NLABNA"}, Case{"FR1420041010050500013M02606", "FR20041"},
          Case{"XX00ABCD12345678901", "XXABCD"}, Case{"", ""}, Case{"12345678", ""},
          Case{"040004", ""}})
        EXPECT_EQ(bank_of(each.account), each.bank) << each.account;
}

TEST(Names, one_scheme_has_one_name_however_it_is_written) {
    for (const std::string_view text :
         {"fps", "FPS", "FasterPayments", "FASTER_PAYMENTS", "faster-payments"})
        EXPECT_EQ(scheme_of(text), "fps") << text;
    EXPECT_EQ(scheme_of("SEPA_INSTANT"), "sepa_instant");
    EXPECT_EQ(scheme_of("Transfer"), "internal");
    EXPECT_EQ(scheme_of("Chaps"), "chaps");
    EXPECT_EQ(scheme_of("Giro 7"), "giro7");
    EXPECT_EQ(scheme_of(""), "");
    EXPECT_EQ(scheme_of(std::string(100, 'x')).size(), 32U);
}

TEST(Names, the_name_of_a_scheme_is_its_own_name) {
    for (const std::string_view text :
         {"fps", "bacs", "chaps", "sepa", "sepa_instant", "swift", "internal"}) {
        EXPECT_EQ(scheme_of(text), text);
        EXPECT_NE(rules_of(text), nullptr) << text;
    }
    EXPECT_EQ(rules_of("giro7"), nullptr);
}

} // namespace
} // namespace settled::learn
