#include "server/descriptors.h"

#include "worker/bounds.h"

#include <gmock/gmock.h>

namespace settled::server {
namespace {

TEST(Descriptors, with_enough_of_them_every_limit_is_reached) {
    const Config config;
    const std::size_t wanted = descriptors_wanted(config, 4);
    const auto plan = plan_descriptors(wanted, config, 4);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->connections, limits::connections_max);
    EXPECT_EQ(plan->connections_per_address, limits::connections_per_peer_max);
    EXPECT_EQ(plan->attempts, worker::bounds::attempts_max);
    EXPECT_FALSE(plan->is_short);
    EXPECT_TRUE(plan_descriptors(wanted - 1, config, 4)->is_short);
    EXPECT_LT(wanted, 16'384U) << "what the unit in deploy/ allows";
}

TEST(Descriptors, with_fewer_all_uses_together_fit) {
    const Config config;
    for (const std::size_t descriptors : {512U, 1024U, 4096U, 8192U}) {
        const auto plan = plan_descriptors(descriptors, config, 2);
        ASSERT_TRUE(plan) << descriptors;
        EXPECT_LT(plan->connections + 2 * plan->attempts + 200, descriptors);
        EXPECT_GE(plan->connections, descriptors / 4) << "most of it is for clients";
        EXPECT_LE(3 * plan->connections_per_address, plan->connections);
        EXPECT_GT(plan->connections_per_address, 0U);
        EXPECT_GT(plan->attempts, 0U);
    }
}

TEST(Descriptors, other_configured_parts_take_their_descriptors_first) {
    Config config;
    const std::size_t alone = plan_descriptors(1024, config, 2)->connections;
    config.store_url = "postgresql://db/settled";
    config.store_writers = 8;
    config.kafka.bootstrap_servers = "broker:9092";
    config.kafka_consumers.resize(2);
    EXPECT_LT(plan_descriptors(1024, config, 2)->connections, alone);
}

TEST(Descriptors, too_few_are_refused_with_what_to_do) {
    const auto plan = plan_descriptors(256, Config(), 2);
    ASSERT_FALSE(plan);
    EXPECT_THAT(plan.error().detail, testing::HasSubstr("256 file descriptors are too few"));
    EXPECT_THAT(plan.error().detail, testing::HasSubstr("LimitNOFILE="));
}

} // namespace
} // namespace settled::server
