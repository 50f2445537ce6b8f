#include "cli/ago.h"

#include <gtest/gtest.h>

namespace settled::cli {
namespace {

TEST(Ago, is_shown_in_the_unit_that_a_person_would_take) {
    const std::string now = "2026-11-22T12:00:00Z";
    struct Case {
        std::string_view at, shown;
    };
    for (const Case& one :
         {Case{"2026-11-22T12:00:00Z", "just now"}, Case{"2026-11-22T12:00:05Z", "just now"},
          Case{"2026-11-22T11:59:15Z", "45 s ago"}, Case{"2026-11-22T11:57:01Z", "2 min ago"},
          Case{"2026-11-22T10:00:01Z", "119 min ago"}, Case{"2026-11-22T10:00:00Z", "2 h ago"},
          Case{"2026-11-20T12:00:01Z", "47 h ago"}, Case{"2026-11-10T12:00:00Z", "12 days ago"},
          Case{"", ""}})
        EXPECT_EQ(ago(one.at, now), one.shown) << one.at;
}

} // namespace
} // namespace settled::cli
