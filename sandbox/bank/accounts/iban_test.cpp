#include "sandbox/bank/accounts/iban.h"

#include "base/iban.h"

#include <gtest/gtest.h>

#include <set>

namespace settled::sandbox {
namespace {

TEST(ModelIban, published_ibans_of_the_bank_are_rebuilt_and_pass) {
    for (const std::string iban :
         {"GB57CLRB04040100057354", "GB58CLRB04040009547509", "GB86CLRB04056810005205"}) {
        EXPECT_EQ(gb_iban(iban.substr(4, 4), iban.substr(8, 6), iban.substr(14)), iban);
        EXPECT_TRUE(passes_modulus(iban.substr(8, 6), iban.substr(14))) << iban;
    }
    EXPECT_FALSE(passes_modulus("040401", "00057355"));
}

TEST(ModelIban, new_ones_are_valid_and_never_the_same) {
    std::uint32_t number = 10'000'000;
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) {
        const std::string iban = next_iban(number);
        EXPECT_TRUE(parse_iban(iban)) << iban;
        EXPECT_TRUE(passes_modulus(iban.substr(8, 6), iban.substr(14))) << iban;
        EXPECT_TRUE(seen.insert(iban).second) << iban;
    }
}

} // namespace
} // namespace settled::sandbox
