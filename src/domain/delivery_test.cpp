#include "domain/delivery.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace settled::domain {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr std::uint64_t random_max = std::numeric_limits<std::uint64_t>::max();

AttemptResult answered(int status, std::optional<std::chrono::seconds> retry_after = {}) {
    return {.http_status = status, .error = std::nullopt, .retry_after = retry_after};
}
AttemptResult unanswered(Code code) {
    return {.http_status = std::nullopt, .error = code, .retry_after = std::nullopt};
}

// Standard Webhooks 1.0.0: the attempt that has just failed, and the wait that follows it.
TEST(Delivery, waits_as_its_schedule_says_with_up_to_a_fifth_on_top) {
    constexpr std::chrono::seconds waits[] = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
    for (std::size_t made = 1; made <= std::size(waits); ++made) {
        SCOPED_TRACE(made);
        const microseconds base = waits[made - 1];
        for (const std::uint64_t random :
             {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{123'456'789'012'345}, random_max}) {
            const auto after = after_attempt(answered(500), made, default_schedule(), random);
            EXPECT_EQ(after.next, AfterAttempt::retry);
            EXPECT_GE(after.wait, base);
            EXPECT_LT(after.wait, base + base / 5);
        }
        EXPECT_EQ(after_attempt(answered(500), made, default_schedule(), 0).wait, base);
        EXPECT_NE(after_attempt(answered(500), made, default_schedule(), 17).wait, base)
            << "the random number is used";
    }
}

TEST(Delivery, is_given_up_after_the_last_attempt_of_the_schedule) {
    EXPECT_EQ(after_attempt(answered(500), 9, default_schedule(), 0).next, AfterAttempt::retry);
    EXPECT_EQ(after_attempt(answered(500), 10, default_schedule(), 0).next, AfterAttempt::give_up);
    EXPECT_EQ(after_attempt(answered(500), 99, default_schedule(), 0).next, AfterAttempt::give_up);
    EXPECT_EQ(after_attempt(answered(500), 1, {}, 0).next, AfterAttempt::give_up);
}

TEST(Delivery, is_done_by_a_2xx_and_by_nothing_else) {
    struct Case {
        AttemptResult result;
        AfterAttempt next;
        std::string_view outcome;
    };
    using enum AfterAttempt;
    const Case cases[] = {
        {answered(200), delivered, "delivered"},
        {answered(204), delivered, "delivered"},
        {answered(299), delivered, "delivered"},
        {answered(100), retry, "http_100"},
        {answered(199), retry, "http_199"},
        {answered(300), retry, "http_300"},
        {answered(301), retry, "http_301"}, // a redirect is a failure and is never followed
        {answered(307), retry, "http_307"},
        {answered(400), retry, "http_400"},
        {answered(404), retry, "http_404"},
        {answered(410), disable_endpoint, "http_410"},
        {answered(429), retry, "http_429"},
        {answered(500), retry, "http_500"},
        {answered(503), retry, "http_503"},
        {unanswered(Code::peer_timeout), retry, "peer_timeout"},
        {unanswered(Code::tls_failed), retry, "tls_failed"},
        {unanswered(Code::address_forbidden), retry, "address_forbidden"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(after_attempt(c.result, 1, default_schedule(), 0).next, c.next) << c.outcome;
        EXPECT_EQ(outcome_token(c.result), c.outcome);
    }
}

TEST(Delivery, ends_well_or_for_good_even_on_the_last_attempt) {
    EXPECT_EQ(after_attempt(answered(200), 10, default_schedule(), 0).next,
              AfterAttempt::delivered);
    EXPECT_EQ(after_attempt(answered(410), 10, default_schedule(), 0).next,
              AfterAttempt::disable_endpoint);
}

TEST(Delivery, waits_longer_when_asked_to_but_a_day_at_most) {
    struct Case {
        std::chrono::seconds asked;
        microseconds wait;
    };
    constexpr Case cases[] = {
        {0s, 5s},       {4s, 5s},       {6s, 6s},         {3600s, 3600s},
        {86'400s, 24h}, {86'401s, 24h}, {365 * 24h, 24h}, {std::chrono::seconds::max(), 24h},
    };
    for (const Case& c : cases)
        for (const int status : {429, 503, 500})
            EXPECT_EQ(after_attempt(answered(status, c.asked), 1, default_schedule(), 0).wait,
                      c.asked.count() == 0 && status != 500 ? 2 * c.wait : c.wait)
                << c.asked.count();
}

TEST(Delivery, slows_down_where_the_partner_asks_for_less) {
    struct Case {
        AttemptResult result;
        bool slow_down;
        std::chrono::microseconds wait, quiet_for;
    };
    const Case cases[] = {
        {answered(500), false, 5s, 0s},
        {answered(404), false, 5s, 0s},
        {answered(429), true, 10s, 0s},
        {answered(502), true, 10s, 0s},
        {answered(503), true, 10s, 0s},
        {answered(504), true, 10s, 0s},
        {answered(429, 60s), false, 60s, 60s},
        {answered(503, 60s), false, 60s, 60s},
        {answered(502, 60s), false, 60s, 0s},
        {answered(429, 48h), false, 24h, 24h},
        {unanswered(Code::connect_failed), false, 5s, 0s},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(outcome_token(c.result));
        const Disposition after = after_attempt(c.result, 1, default_schedule(), 0);
        EXPECT_EQ(after.slow_down, c.slow_down);
        EXPECT_EQ(after.wait, c.wait);
        EXPECT_EQ(after.quiet_for, c.quiet_for) << "429 and 503 speak for the whole endpoint";
    }
}

TEST(Delivery, is_not_done_by_a_2xx_that_breaks_the_rule_of_success) {
    AttemptResult result = answered(200);
    result.error = Code::success_rule;
    EXPECT_FALSE(is_success(result));
    EXPECT_EQ(outcome_token(result), "success_rule");
    EXPECT_EQ(after_attempt(result, 1, default_schedule(), 0).next, AfterAttempt::retry);
}

TEST(Delivery, dies_as_a_probe_only_a_week_after_it_was_owed) {
    using enum AfterAttempt;
    EXPECT_EQ(after_probe(answered(500), 0s).next, retry);
    EXPECT_EQ(after_probe(answered(500), 167h).next, retry);
    EXPECT_EQ(after_probe(answered(500), 168h).next, give_up);
    EXPECT_EQ(after_probe(answered(200), 168h).next, delivered);
    EXPECT_EQ(after_probe(answered(410), 0s).next, disable_endpoint);
    EXPECT_EQ(after_probe(answered(429, 60s), 0s).quiet_for, 60s);
}

TEST(RetryAfter, is_seconds_or_a_date_and_never_negative) {
    const Instant now{784'111'777LL * 1'000'000}; // Sun, 06 Nov 1994 08:49:37 GMT
    struct Case {
        std::string_view text;
        std::optional<std::chrono::seconds> wait;
    };
    const Case cases[] = {
        {"0", 0s},
        {"120", 120s},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 0s},
        {"Sun, 06 Nov 1994 08:50:37 GMT", 60s},
        {"Mon, 07 Nov 1994 08:49:37 GMT", 86'400s},
        {"Sat, 05 Nov 1994 08:49:37 GMT", 0s},   // over already
        {"Sunday, 06-Nov-94 08:50:37 GMT", 60s}, // RFC 850
        {"Sun Nov  6 08:50:37 1994", 60s},       // asctime
        {"", std::nullopt},
        {" ", std::nullopt},
        {"-5", std::nullopt},
        {"+5", std::nullopt},
        {"1.5", std::nullopt},
        {"5 s", std::nullopt},
        {"99999999999999999999", std::nullopt},
        {"tomorrow", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:37", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:37 GMT now", std::nullopt},
        {"Sun, 66 Nov 1994 08:49:37 GMT", std::nullopt},
    };
    for (const Case& c : cases)
        EXPECT_EQ(parse_retry_after(c.text, now), c.wait) << c.text;
}

TEST(TaskStatus, has_a_token_each) {
    EXPECT_EQ(token(TaskStatus::queued), "queued");
    EXPECT_EQ(token(TaskStatus::done), "done");
    EXPECT_EQ(token(TaskStatus::dead), "dead");
    EXPECT_EQ(token(TaskStatus::cancelled), "cancelled");
}

} // namespace
} // namespace settled::domain
