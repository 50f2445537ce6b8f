#include "wire/time_zone.h"

#include "wire/time.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace settled::wire {
namespace {

std::string file_of(std::string_view name) {
    std::ifstream in("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TimeZone zone_of(std::string_view name) {
    auto zone = TimeZone::parse(file_of(name));
    EXPECT_TRUE(zone) << name;
    return zone ? *zone : TimeZone::utc();
}

TEST(TimeZone, takes_a_local_time_to_its_instant) {
    if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/London"))
        GTEST_SKIP() << "the package tzdata is not installed";
    const struct {
        std::string_view zone, local, utc;
    } cases[] = {
        {"Europe/London", "2017-01-01T00:00:00", "2017-01-01T00:00:00.000Z"},
        {"Europe/London", "2017-07-01T00:00:00", "2017-06-30T23:00:00.000Z"},
        {"Australia/Sydney", "2017-01-01T00:00:00", "2016-12-31T13:00:00.000Z"},
        {"Australia/Sydney", "2017-07-01 12:30:15.25", "2017-07-01T02:30:15.250Z"},
        {"Asia/Kolkata", "2017-01-01T00:00:00", "2016-12-31T18:30:00.000Z"},
        {"America/New_York", "2026-03-01T12:00:00", "2026-03-01T17:00:00.000Z"},
        // twice: the first
        {"Europe/London", "2026-10-25T01:30:00", "2026-10-25T00:30:00.000Z"},
        {"Australia/Sydney", "2026-04-05T02:30:00", "2026-04-04T15:30:00.000Z"},
        // never: moved forward
        {"Europe/London", "2026-03-29T01:30:00", "2026-03-29T01:30:00.000Z"},
        {"Australia/Sydney", "2026-10-04T02:30:00", "2026-10-03T16:30:00.000Z"},
        // the last moment before and the first after
        {"Europe/London", "2026-03-29T00:59:59", "2026-03-29T00:59:59.000Z"},
        {"Europe/London", "2026-03-29T02:00:00", "2026-03-29T01:00:00.000Z"},
        {"Europe/London", "2026-10-25T02:00:00", "2026-10-25T02:00:00.000Z"},
        // beyond the changes that a file lists, by its rule
        {"Europe/London", "2090-07-01T12:00:00", "2090-07-01T11:00:00.000Z"},
        {"Europe/London", "2090-12-01T12:00:00", "2090-12-01T12:00:00.000Z"},
        {"Australia/Sydney", "2090-01-01T12:00:00", "2090-01-01T01:00:00.000Z"},
        {"Australia/Sydney", "2090-07-01T12:00:00", "2090-07-01T02:00:00.000Z"},
        {"Asia/Kolkata", "2090-07-01T12:00:00", "2090-07-01T06:30:00.000Z"},
        // one that says its zone needs none
        {"Australia/Sydney", "2017-01-01T00:00:00Z", "2017-01-01T00:00:00.000Z"},
        {"Australia/Sydney", "2017-01-01T00:00:00+02:00", "2016-12-31T22:00:00.000Z"},
    };
    for (const auto& c : cases) {
        const auto at = parse_local_time(c.local, zone_of(c.zone));
        ASSERT_TRUE(at) << c.local;
        EXPECT_EQ(to_rfc3339(*at), c.utc) << c.zone << " " << c.local;
    }
}

TEST(TimeZone, without_one_a_time_is_of_utc) {
    EXPECT_EQ(to_rfc3339(*parse_local_time("2017-01-01T00:00:00", TimeZone::utc())),
              "2017-01-01T00:00:00.000Z");
    for (const std::string_view text : {"", "2017-01-01", "01/02/2017 00:00:00", "yesterday",
                                        "2017-02-30T00:00:00", "2017-01-01T25:00:00"})
        EXPECT_FALSE(parse_local_time(text, TimeZone::utc())) << text;
}

TEST(TimeZone, refuses_a_file_that_is_none) {
    if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/London"))
        GTEST_SKIP() << "the package tzdata is not installed";
    const std::string good = file_of("Europe/London");
    EXPECT_FALSE(TimeZone::parse(""));
    EXPECT_FALSE(TimeZone::parse("TZif2"));
    for (std::size_t size = 0; size < good.size() - 40; size += 7)
        EXPECT_FALSE(TimeZone::parse(good.substr(0, size))) << size;
    // A damaged file is refused or read as some zone; it does no harm.
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x55);
        if (const auto zone = TimeZone::parse(bad))
            (void)zone->to_instant(1'800'000'000'000'000);
    }
}

} // namespace
} // namespace settled::wire
