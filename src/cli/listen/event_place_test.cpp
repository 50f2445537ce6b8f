#include "cli/listen/event_place.h"

#include "base/id.h"

#include <gtest/gtest.h>

namespace settled::cli {
namespace {

const Instant now{1'000'000'000'000'000};

TEST(Since, is_a_time_an_age_or_an_event) {
    EXPECT_EQ(parse_since("90s", now)->time, Instant{now.us - 90'000'000});
    EXPECT_EQ(parse_since("10m", now)->time, Instant{now.us - 600'000'000});
    EXPECT_EQ(parse_since("2h", now)->time, Instant{now.us - 7'200'000'000});
    EXPECT_EQ(parse_since("3d", now)->time, Instant{now.us - 259'200'000'000});
    EXPECT_EQ(parse_since("1970-01-01T00:00:01Z", now)->time, Instant{1'000'000});
    const std::string id = to_string(EventId{7});
    EXPECT_EQ(parse_since(id, now)->event, id);
}

TEST(Since, refuses_what_is_none_of_them) {
    for (const char* wrong :
         {"", "h", "-1h", "1w", "1.5h", "yesterday", "2026-11-26", "stl_1", "9999999d"})
        EXPECT_FALSE(parse_since(wrong, now).has_value()) << wrong;
}

} // namespace
} // namespace settled::cli
