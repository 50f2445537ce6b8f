#include "match/near_reference.h"

#include <gtest/gtest.h>

namespace settled::match {
namespace {

TEST(NearReference, is_one_character_lost_changed_or_doubled) {
    struct Case {
        std::string_view a, b;
        bool near;
    };
    const Case cases[] = {
        {"INV2041", "INV2042", true},      // changed, at the end
        {"XNV2041", "INV2041", true},      // changed, at the start
        {"INV2041", "INV241", true},       // lost
        {"INV2041", "INV204", true},       // lost at the end
        {"INV2041", "NV2041", true},       // lost at the start
        {"INV2041", "INV22041", true},     // doubled
        {"INV2041", "INV2041", false},     // equal
        {"INV2041", "INV2014", false},     // two changed
        {"INV2041", "INV20", false},       // two lost
        {"INV2041", "INV20411BGC", false}, // more was added
        {"A204", "A205", false},           // too short
        {"", "", false},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(is_near_reference(c.a, c.b), c.near) << c.a << " " << c.b;
        EXPECT_EQ(is_near_reference(c.b, c.a), c.near) << c.b << " " << c.a;
    }
}

TEST(NearReference, has_one_more_character_where_one_was_lost_or_doubled) {
    EXPECT_TRUE(has_one_more_character("EVENT00005", "EVENT0005"));
    EXPECT_TRUE(has_one_more_character("EVENT0005", "EVENT00005"));
    EXPECT_FALSE(has_one_more_character("EVENT00005", "EVENT00006"));
    EXPECT_FALSE(has_one_more_character("EVENT00005", "EVENT00005"));
    EXPECT_FALSE(has_one_more_character("A204", "A2044"));
}

} // namespace
} // namespace settled::match
