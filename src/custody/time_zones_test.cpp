#include "custody/time_zones.h"

#include <gtest/gtest.h>

namespace settled::custody {
namespace {

TEST(TimeZones, are_found_by_their_names_and_nothing_else_is) {
    EXPECT_TRUE(open_time_zone("UTC"));
    for (const std::string_view name : {"", "Nowhere/Town", "/etc/passwd", "../../../etc/passwd",
                                        "Europe", "tzdata.zi", "Europe/London\n", "zone.tab"})
        EXPECT_EQ(open_time_zone(name).error().code, Code::value_invalid) << name;
}

} // namespace
} // namespace settled::custody
