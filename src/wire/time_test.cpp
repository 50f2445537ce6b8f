#include "wire/time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace settled::wire {
namespace {

struct Case {
    std::string_view text;
    std::int64_t us;
};

constexpr Case strict_table[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00.000001Z", 1},
    {"2026-11-22T10:00:01.204Z", 1795341601204000},
    {"2026-11-22T10:00:01.2Z", 1795341601200000},
    {"2025-04-19T10:03:00.9640000Z", 1745056980964000},
    {"2025-04-19T10:03:00.123456789Z", 1745056980123456},
    {"2025-04-19T10:03:00.9999999Z", 1745056980999999},
    {"2025-04-19T11:03:00+01:00", 1745056980000000},
    {"2025-04-19T04:33:00-05:30", 1745056980000000},
    {"2025-04-19T10:03:00-00:00", 1745056980000000},
    {"2000-02-29T23:59:59Z", 951868799000000},
    {"2024-02-29T00:00:00Z", 1709164800000000},
    {"2100-02-28T00:00:00Z", 4107456000000000},
    {"9999-12-31T23:59:59.999999Z", 253402300799999999},
    {"2038-01-19T03:14:08Z", 2147483648000000},
    // a leap second becomes the last microsecond before it
    {"2016-12-31T23:59:60Z", 1483228799999999},
    {"2016-12-31T23:59:60.5Z", 1483228799999999},
    {"1990-12-31T15:59:60-08:00", 662687999999999},
};

TEST(Time, reads_rfc3339_exactly) {
    for (const Case& c : strict_table) {
        const auto at = parse_rfc3339(c.text);
        ASSERT_TRUE(at.has_value()) << c.text;
        EXPECT_EQ(at->us, c.us) << c.text;
        EXPECT_EQ(parse_bank_time(c.text).value(), *at) << c.text;
    }
}

constexpr std::string_view refused_by_both[] = {
    "",
    "2026",
    "2026-11",
    "2026-1-22",
    "26-11-22T00:00:00Z",
    "2026-11-22T",
    "2026-11-22Z",
    "2026-11-22T10",
    "2026-11-22T10:00",
    "2026-11-22T10:00Z",
    "2026-11-22T10:00:01.",
    "2026-11-22T10:00:01.Z",
    "2026-11-22T10:00:01.1234567890Z",
    "2026-11-22T10:00:01,5Z",
    "2026-11-22 10:00:01Z",
    "2026-11-22t10:00:01Z",
    "2026-11-22T10:00:01z",
    "2026-11-22T10:00:01ZZ",
    "2026-11-22T10:00:01Z ",
    " 2026-11-22T10:00:01Z",
    "2026-11-22T10:00:01+0100",
    "2026-11-22T10:00:01+01",
    "2026-11-22T10:00:01+24:00",
    "2026-11-22T10:00:01+01:60",
    "2026-11-22T10:00:01 +01:00",
    "2026-11-22T24:00:00Z",
    "2026-11-22T10:60:00Z",
    "2026-11-22T10:00:61Z",
    "2026-00-22T10:00:00Z",
    "2026-13-22T10:00:00Z",
    "2026-11-00T10:00:00Z",
    "2026-11-31T10:00:00Z",
    "2025-02-29T10:00:00Z",
    "2100-02-29T10:00:00Z",
    "2026-11-22T1O:00:01Z",
    "+2026-11-22T10:00:01Z",
    "-026-11-22T10:00:01Z",
    "20261122T100001Z",
    "2026-326T10:00:01Z",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:59:59+01:00",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:30:00-01:00",
    "2026-11-22T10:00:60Z",
    "2026-11-22T23:59:60Z",
    "2016-12-31T23:59:60+01:00",
    "2026-11-22T-1:00:01Z",
    "2026-11-22T10:00:+1Z",
};

TEST(Time, refuses_everything_else) {
    for (const std::string_view text : refused_by_both) {
        const auto strict = parse_rfc3339(text);
        ASSERT_FALSE(strict.has_value()) << text;
        EXPECT_EQ(strict.error().code, Code::timestamp_invalid);
        EXPECT_FALSE(parse_bank_time(text).has_value()) << text;
    }
    EXPECT_FALSE(parse_rfc3339(std::string_view("2026-11-22T10:00:01Z\0", 21)).has_value());
}

TEST(Time, banks_may_leave_out_zone_and_time) {
    const Case table[] = {
        {"2025-04-19", 1745020800000000},
        {"2025-04-19T10:03:00", 1745056980000000},
        {"2025-04-19T10:03:00.9640001", 1745056980964000},
        {"2016-12-31T23:59:60", 1483228799999999},
    };
    for (const Case& c : table) {
        const auto at = parse_bank_time(c.text);
        ASSERT_TRUE(at.has_value()) << c.text;
        EXPECT_EQ(at->us, c.us) << c.text;
        EXPECT_FALSE(parse_rfc3339(c.text).has_value()) << c.text;
    }
}

TEST(Time, writes_utc_with_milliseconds_cut) {
    EXPECT_EQ(to_rfc3339({0}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_rfc3339({1795341601204999}), "2026-11-22T10:00:01.204Z");
    EXPECT_EQ(to_rfc3339({-1}), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(to_rfc3339({253402300799999999}), "9999-12-31T23:59:59.999Z");
    // what the format cannot say
    EXPECT_EQ(to_rfc3339({INT64_MAX}), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(to_rfc3339({INT64_MIN}), "0000-01-01T00:00:00.000Z");
}

RC_GTEST_PROP(TimeProperty, reading_gives_back_what_was_written, ()) {
    const auto ms = *rc::gen::inRange<std::int64_t>(0, 253402300800000);
    const Instant at{ms * 1000};
    RC_ASSERT(parse_rfc3339(to_rfc3339(at)).value() == at);
}

} // namespace
} // namespace settled::wire
