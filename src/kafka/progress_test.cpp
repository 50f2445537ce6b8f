#include "kafka/progress.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace settled::kafka {
namespace {

TEST(Progress, a_committed_offset_has_no_unfinished_record_below_it) {
    Progress progress;
    for (const std::int64_t offset : {5, 6, 7})
        EXPECT_TRUE(progress.begin(offset));
    EXPECT_EQ(progress.end(6), std::nullopt) << "5 is not done";
    EXPECT_EQ(progress.position(), 5);
    EXPECT_EQ(progress.end(5), 7);
    EXPECT_EQ(progress.end(7), 8);
    EXPECT_TRUE(progress.idle());
    EXPECT_EQ(progress.position(), 8);
}

TEST(Progress, offsets_may_have_gaps) {
    Progress progress;
    EXPECT_TRUE(progress.begin(10));
    EXPECT_TRUE(progress.begin(100)); // transactions and compaction leave gaps
    EXPECT_EQ(progress.end(10), 100);
    EXPECT_EQ(progress.end(100), 101);
}

TEST(Progress, a_log_that_goes_back_is_noticed) {
    Progress progress;
    EXPECT_TRUE(progress.begin(0));
    EXPECT_FALSE(progress.begin(0));
    EXPECT_TRUE(progress.begin(7));
    EXPECT_FALSE(progress.begin(3));
}

RC_GTEST_PROP(Progress, any_order_of_ends_commits_each_record_once_and_all_in_the_end,
              (std::vector<std::int64_t> order)) {
    std::ranges::sort(order);
    const auto repeated = std::ranges::unique(order);
    order.erase(repeated.begin(), repeated.end());
    std::erase_if(order, [](std::int64_t offset) { return offset < 0; });
    Progress progress;
    for (const std::int64_t offset : order)
        RC_ASSERT(progress.begin(offset));
    std::set<std::int64_t> open(order.begin(), order.end());
    std::ranges::reverse(order);
    if (order.size() > 2)
        std::swap(order.front(), order[order.size() / 2]);
    std::int64_t committed = -1;
    for (const std::int64_t offset : order) {
        open.erase(offset);
        if (const auto moved = progress.end(offset)) {
            RC_ASSERT(*moved > committed);
            committed = *moved;
            RC_ASSERT((open.empty() || *open.begin() >= *moved));
        }
    }
    RC_ASSERT(progress.idle());
    RC_ASSERT((order.empty() || committed == *std::ranges::max_element(order) + 1));
}

} // namespace
} // namespace settled::kafka
