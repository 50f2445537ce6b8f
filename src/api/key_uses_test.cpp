#include "api/key_uses.h"

#include "api/bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::api {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TenantId tenant{1};
constexpr std::int64_t minute_us = 60'000'000;
constexpr Instant noon{30'000'000 * minute_us};

std::vector<std::int64_t> minutes_taken(KeyUses& uses, Instant now) {
    std::vector<std::int64_t> minutes;
    for (const store::ApiKeyUse& use : uses.take(now))
        minutes.push_back((use.at.us - noon.us) / minute_us);
    return minutes;
}

TEST(KeyUses, are_taken_once_for_each_minute) {
    KeyUses uses;
    uses.note(tenant, ApiKeyId{7}, noon + 1s);
    uses.note(tenant, ApiKeyId{7}, noon + 4s);
    EXPECT_THAT(minutes_taken(uses, noon + 5s), ElementsAre(0));
    EXPECT_THAT(minutes_taken(uses, noon + 10s), IsEmpty());
    uses.note(tenant, ApiKeyId{7}, noon + 12s);
    EXPECT_THAT(minutes_taken(uses, noon + 15s), IsEmpty());
    uses.note(tenant, ApiKeyId{7}, noon + 61s);
    EXPECT_THAT(minutes_taken(uses, noon + 65s), ElementsAre(1));
}

TEST(KeyUses, of_a_minute_that_is_over_are_taken_and_forgotten) {
    KeyUses uses;
    uses.note(tenant, ApiKeyId{7}, noon + 59s);
    EXPECT_THAT(minutes_taken(uses, noon + 64s), ElementsAre(0));
    EXPECT_THAT(minutes_taken(uses, noon + 69s), IsEmpty());
}

TEST(KeyUses, have_a_bound_until_they_are_taken) {
    KeyUses uses;
    for (std::size_t i = 0; i <= bounds::used_keys_max; ++i)
        uses.note(tenant, ApiKeyId{static_cast<std::int64_t>(i + 1)}, noon);
    EXPECT_EQ(uses.take(noon + 60s).size(), bounds::used_keys_max);
    uses.note(tenant, ApiKeyId{5}, noon + 61s);
    EXPECT_THAT(minutes_taken(uses, noon + 62s), ElementsAre(1));
}

} // namespace
} // namespace settled::api
