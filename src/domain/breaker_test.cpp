// When attempts at an endpoint are held back, and when they begin again.
#include "domain/breaker.h"

#include <gtest/gtest.h>

namespace settled::domain {
namespace {

using namespace std::chrono_literals;

constexpr Instant begin{1'795'687'201'204'000};

AttemptResult answered(int status) {
    return {.http_status = status, .error = std::nullopt, .retry_after = std::nullopt};
}

TEST(Breaker, opens_after_five_failures_in_a_row_over_a_minute) {
    EndpointHealth health;
    EXPECT_EQ(health_token(health), "ok");
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(after_failure(health, {answered(500), 0s, false}, begin + i * 10s),
                  HealthChange::none);
    EXPECT_EQ(health_token(health), "failing") << "five, but in 40 s";
    EXPECT_EQ(after_failure(health, {answered(500), 0s, false}, begin + 60s), HealthChange::opened);
    EXPECT_EQ(health_token(health), "held_back");
    EXPECT_EQ(health.failing_since, begin);
    EXPECT_EQ(health.next_probe_at, begin + 90s);
}

TEST(Breaker, four_failures_never_open_it) {
    EndpointHealth health;
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(after_failure(health, {answered(500), 0s, false}, begin + i * 1h),
                  HealthChange::none);
    EXPECT_FALSE(health.is_held());
}

TEST(Breaker, counts_what_says_that_the_partner_is_not_well) {
    struct Case {
        AttemptResult result;
        bool opens;
    };
    AttemptResult silent;
    silent.error = Code::peer_timeout;
    AttemptResult no_token;
    no_token.error = Code::token_failed;
    for (const Case& c : {Case{answered(429), true}, Case{answered(500), true},
                          Case{answered(599), true}, Case{silent, true}, Case{no_token, true},
                          Case{answered(404), false}, Case{answered(302), false}}) {
        EndpointHealth health;
        for (int i = 0; i <= 6; ++i)
            (void)after_failure(health, {c.result, 0s, false}, begin + i * 20s);
        EXPECT_EQ(health.is_held(), c.opens) << outcome_token(c.result);
    }
}

TEST(Breaker, probes_at_waits_that_double_to_a_quarter_of_an_hour) {
    EndpointHealth health;
    for (int i = 0; i <= 6; ++i)
        (void)after_failure(health, {answered(500), 0s, false}, begin + i * 20s);
    ASSERT_TRUE(health.is_held());
    Instant now = health.next_probe_at;
    for (const auto wait : {60s, 120s, 240s, 480s, 900s, 900s}) {
        EXPECT_EQ(after_failure(health, {answered(404), 0s, true}, now), HealthChange::none);
        EXPECT_EQ(health.next_probe_at - now, wait);
        now = health.next_probe_at;
    }
    EXPECT_EQ(after_success(health, now), HealthChange::recovered);
    EXPECT_EQ(health_token(health), "ok");
    EXPECT_EQ(health.last_success_at, now);
    EXPECT_EQ(after_success(health, now + 1s), HealthChange::none) << "it recovers once";
}

TEST(Breaker, a_success_between_failures_begins_the_count_again) {
    EndpointHealth health;
    for (int i = 0; i < 4; ++i)
        (void)after_failure(health, {answered(500), 0s, false}, begin + i * 30s);
    (void)after_success(health, begin + 100s);
    EXPECT_EQ(after_failure(health, {answered(500), 0s, false}, begin + 120s), HealthChange::none);
    EXPECT_EQ(health.failing_since, begin + 120s);
}

TEST(Breaker, keeps_the_longest_silence_that_was_asked_for) {
    EndpointHealth health;
    (void)after_failure(health, {answered(429), 60s, false}, begin);
    (void)after_failure(health, {answered(429), 10s, false}, begin + 1s);
    EXPECT_TRUE(health.is_quiet(begin + 59s));
    EXPECT_FALSE(health.is_quiet(begin + 60s));
}

} // namespace
} // namespace settled::domain
