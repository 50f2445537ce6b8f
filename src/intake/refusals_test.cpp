#include "intake/refusals.h"

#include <gtest/gtest.h>

namespace settled::intake {
namespace {

constexpr Instant noon{std::int64_t{1'796'000'000} * 1'000'000};
constexpr ConnectorId bank{7};
constexpr ConnectorId other{8};

TEST(Refusals, are_counted_for_an_hour_and_for_each_connector) {
    Refusals refusals;
    EXPECT_EQ(refusals.of(bank, noon).last_hour, 0);
    refusals.refused(bank, Code::signature_missing, noon);
    refusals.refused(bank, Code::signature_invalid, noon + std::chrono::minutes(10));
    EXPECT_EQ(refusals.of(bank, noon + std::chrono::minutes(10)).last_hour, 2);
    EXPECT_EQ(refusals.of(bank, noon + std::chrono::minutes(65)).last_hour, 1);
    EXPECT_EQ(refusals.of(bank, noon + std::chrono::minutes(75)).last_hour, 0);
    EXPECT_EQ(refusals.of(other, noon).last_hour, 0);
    // The same minute of another hour counts anew.
    refusals.refused(bank, Code::signature_invalid, noon + std::chrono::minutes(60));
    EXPECT_EQ(refusals.of(bank, noon + std::chrono::minutes(60)).last_hour, 2);
}

TEST(Refusals, end_with_a_webhook_that_is_taken_or_after_an_hour) {
    Refusals refusals;
    refusals.accepted(bank);
    EXPECT_FALSE(refusals.of(bank, noon).is_refusing);
    refusals.refused(bank, Code::signature_invalid, noon);
    EXPECT_TRUE(refusals.of(bank, noon).is_refusing);
    EXPECT_EQ(refusals.of(bank, noon).code, Code::signature_invalid);
    EXPECT_EQ(refusals.of(bank, noon).at, noon);
    EXPECT_FALSE(refusals.of(bank, noon + std::chrono::minutes(61)).is_refusing);
    refusals.accepted(bank);
    EXPECT_FALSE(refusals.of(bank, noon).is_refusing);
    EXPECT_EQ(refusals.of(bank, noon).last_hour, 1) << "it was refused all the same";
}

} // namespace
} // namespace settled::intake
