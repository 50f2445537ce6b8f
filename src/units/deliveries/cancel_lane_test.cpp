#include "units/deliveries/cancel_lane.h"

#include "units/testing.h"

#include <gtest/gtest.h>

namespace settled::units {
namespace {

using store::Session;
using testing::World;

// An endpoint that has not answered for so long that it is owed that many deliveries.
struct Owed {
    static constexpr std::size_t deliveries = 450;
    World world;
    EndpointId endpoint = world.add_endpoint("*");

    Owed() {
        for (std::size_t i = 0; i < deliveries; ++i)
            world.write<void>([&](Session& s) {
                return store::insert_task(s, World::tenant, world.new_id<TaskId>(),
                                          store::task_delivery, 1, endpoint.value, world.now(),
                                          world.now());
            });
    }
    void set_status(std::string_view status) {
        world.write<void>([&](Session& s) { return set(s, std::string(status)); });
    }
    store::Step<> set(Session& s, std::string status) {
        auto row = co_await store::find_endpoint(s, World::tenant, endpoint);
        row->status = std::move(status);
        co_await store::update_endpoint(s, *row);
    }
    void cancel() {
        world.write<void>([&](Session& s) {
            return cancel_lane(s, world.context(), World::tenant, endpoint, world.now());
        });
    }
    std::size_t queued() {
        return world
            .read<std::vector<store::TaskRow>>([&](Session& s) {
                return store::list_deliveries(s, World::tenant, {"queued", endpoint.value, 0},
                                              World::last_id, 10'000);
            })
            .size();
    }
};

TEST(CancelLane, is_done_in_bites_until_nothing_is_owed) {
    Owed owed;
    owed.set_status(store::endpoint_disabled);
    owed.cancel();
    const std::size_t left = owed.queued();
    EXPECT_GT(left, 0U) << "one unit of work cancels some";
    EXPECT_LT(left, Owed::deliveries);
    (void)owed.world.run_due();
    EXPECT_EQ(owed.queued(), 0U);
    EXPECT_TRUE(owed.world.due_timers().empty());
}

TEST(CancelLane, ends_where_the_endpoint_is_active_again) {
    Owed owed;
    owed.set_status(store::endpoint_disabled);
    owed.cancel();
    owed.set_status(store::endpoint_active);
    const std::size_t left = owed.queued();
    (void)owed.world.run_due();
    EXPECT_EQ(owed.queued(), left);
}

} // namespace
} // namespace settled::units
