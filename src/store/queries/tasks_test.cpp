#include "store/queries/tasks.h"

#include "store/testing.h"

#include <gtest/gtest.h>

#include <set>

namespace settled::store {
namespace {

using testing::must;
using testing::number_seen_by_another;
using testing::open_store;
using testing::run_by_another;
using testing::TemporaryDirectory;
using testing::write;

constexpr EndpointId lane{70};
constexpr Instant now{1'000'000};
constexpr std::int64_t holder = 256;
constexpr std::int64_t tasks_owed = 400;

// Deliveries that no worker holds, due one after the other; no statistics of the tables are there
// yet.
void owe(const TemporaryDirectory& directory) {
    const std::string numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                "WHERE i < " +
                                std::to_string(tasks_owed) + ") ";
    run_by_another(directory.path(),
                   numbers + "INSERT INTO event SELECT 1, i, 'x', i, 1, 'body', 1 FROM n");
    run_by_another(directory.path(),
                   numbers + "INSERT INTO task SELECT 1, i, 'delivery', i, 70, 'queued', 0, i, 1, "
                             "1, 0, 0, 0, 0, 0, 0, 0, 0, '' FROM n");
}

std::vector<DueDelivery> claim(Store& store, std::size_t limit) {
    return must(write<std::vector<DueDelivery>>(
        store, [limit](Session& s) { return claim_deliveries(s, lane, now, limit, holder); }));
}

TEST(Tasks, a_claim_takes_the_first_that_are_due_and_no_more_than_it_asked_for) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    owe(directory);
    std::int64_t expected = 1;
    std::set<std::int64_t> seen;
    for (const std::size_t limit : {1U, 8U, 64U}) {
        const auto claimed = claim(*store, limit);
        ASSERT_EQ(claimed.size(), limit);
        for (const DueDelivery& each : claimed) {
            EXPECT_EQ(each.task.value, expected++);
            EXPECT_EQ(each.body, "body");
            EXPECT_EQ(each.claim.holder, holder);
            EXPECT_EQ(each.claim.fence, 1);
            EXPECT_TRUE(seen.insert(each.task.value).second);
        }
        EXPECT_EQ(number_seen_by_another(directory.path(),
                                         "SELECT count(*) FROM task WHERE lease_owner <> 0"),
                  static_cast<std::int64_t>(seen.size()))
            << "what was not handed out is nobody's";
    }
    EXPECT_EQ(claim(*store, 2 * tasks_owed).size(), tasks_owed - seen.size());
    EXPECT_TRUE(claim(*store, 8).empty());
}

} // namespace
} // namespace settled::store
