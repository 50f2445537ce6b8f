#include "demo/nodes.h"

#include <gtest/gtest.h>

namespace settled::demo {
namespace {

std::vector<ServerPlace> places(std::uint16_t count) {
    std::vector<ServerPlace> made;
    for (std::uint16_t i = 0; i < count; ++i)
        made.push_back({"data", "settled.toml", "log", static_cast<std::uint16_t>(20'000 + i)});
    return made;
}

TEST(Nodes, one_server_is_not_several) {
    EXPECT_FALSE(Nodes(places(1)).are_several());
    EXPECT_TRUE(Nodes(places(2)).are_several());
}

TEST(Nodes, people_count_them_from_one) {
    EXPECT_EQ(Nodes::name(0), "node 1");
    EXPECT_EQ(Nodes::name(2), "node 3");
}

TEST(Nodes, a_port_names_its_node) {
    const Nodes nodes(places(3));
    EXPECT_EQ(nodes.on_port(20'001), 1U);
    EXPECT_EQ(nodes.on_port(30'000), std::nullopt);
}

TEST(Nodes, a_node_that_was_not_started_is_not_awake_and_can_be_stopped) {
    Nodes nodes(places(2));
    EXPECT_TRUE(nodes.awake().empty());
    EXPECT_EQ(nodes.next(), 0U);
    nodes.request_stop();
    EXPECT_FALSE(nodes.are_running());
}

} // namespace
} // namespace settled::demo
