#include "match/rail.h"

#include <gtest/gtest.h>

#include <set>

namespace settled::match {
namespace {

TEST(Rail, banks_providers_and_our_api_name_it_in_their_own_words) {
    struct Case {
        std::string_view scheme;
        Rail rail;
    };
    const Case cases[] = {
        {"FasterPayments", Rail::faster_payments},
        {"FASTER_PAYMENTS", Rail::faster_payments},
        {"faster_payments", Rail::faster_payments},
        {"fps", Rail::faster_payments},
        {"Bacs", Rail::bacs},
        {"CHAPS", Rail::chaps},
        {"Chaps", Rail::chaps},
        {"SEPA", Rail::sepa},
        {"SEPA_CREDIT", Rail::sepa},
        {"SEPA_CREDIT_TRANSFER", Rail::sepa},
        {"SEPA_INSTANT", Rail::sepa_instant},
        {"sct_inst", Rail::sepa_instant},
        {"SEPA Instant Credit Transfer", Rail::sepa_instant},
        {"SWIFT", Rail::swift},
        {"SWIFT_EXPRESS", Rail::swift},
        {"WIRE", Rail::swift},
        {"Transfer", Rail::internal},
        {"IAT", Rail::internal},
        {"internal", Rail::internal},
        {"", Rail::unknown},
        {"-", Rail::unknown},
        {"ACH", Rail::unknown},
        {"SEPAX", Rail::unknown},
    };
    for (const auto& row : cases)
        EXPECT_EQ(rail_of(row.scheme), row.rail) << row.scheme;
}

TEST(Rail, each_has_a_token_of_its_own_that_names_it) {
    std::set<std::string_view> tokens;
    for (std::size_t i = 0; i < rails; ++i) {
        const auto rail = static_cast<Rail>(i);
        EXPECT_TRUE(tokens.insert(token(rail)).second) << token(rail);
        EXPECT_EQ(rail_of(token(rail)), rail);
    }
}

} // namespace
} // namespace settled::match
