#include "worker/purger.h"

#include "store/queries/purges.h"
#include "worker/testing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace settled::worker {
namespace {

using store::PurgeRow;
using store::Session;
using testing::Io;
using testing::Node;
using testing::World;

class Purging : public ::testing::Test {
  protected:
    Purging() {
        EXPECT_TRUE(node.join());
        world.write<void>(
            [](Session& s) { return store::insert_tenant(s, {other, "other", Instant{1}}); });
    }
    // Of everything; it takes a bite for each kind of row, even where there is none.
    PurgeRow begin(TenantId tenant) {
        PurgeRow row;
        row.tenant = tenant;
        row.id = world.new_id<PurgeId>();
        row.kinds = "payments events deliveries calls";
        row.until = world.now();
        row.made_by = "key_1";
        row.created_at = world.now();
        world.write<void>([&](Session& s) { return store::insert_purge(s, row); });
        return row;
    }
    PurgeRow now(const PurgeRow& row) {
        return world
            .read<std::optional<PurgeRow>>(
                [&](Session& s) { return store::find_purge(s, row.tenant, row.id); })
            .value();
    }

    static constexpr TenantId other{2};
    World world;
    Io io{world.clock()};
    Node node{world, io, "one", {}, true};
    Probe probe{node.metrics};
    Purger purger{io.context(),
                  {world.store(), node.context, world.clock(), probe, node.membership, {}}};
};

TEST_F(Purging, goes_on_with_each_tenant_by_turns) {
    const PurgeRow one = begin(World::tenant), two = begin(other);
    boost::asio::co_spawn(io.context(), purger.run_once(), boost::asio::detached);
    std::int64_t apart = 0;
    const bool done = io.run_until([&] {
        const PurgeRow first = now(one), second = now(two);
        const bool both_run = first.status == "running" && second.status == "running";
        apart = std::max(apart, std::abs(first.steps - second.steps));
        return !both_run;
    });
    ASSERT_TRUE(done);
    EXPECT_GE(std::min(now(one).steps, now(two).steps), 2) << "too little to tell";
    EXPECT_LE(apart, 1) << "one waited for the end of the other";
    EXPECT_TRUE(
        io.run_until([&] { return now(one).status == "done" && now(two).status == "done"; }));
    io.finish();
}

} // namespace
} // namespace settled::worker
