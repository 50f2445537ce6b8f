// Many partners that do not answer, and some that do.
#include "worker/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

namespace settled::worker {
namespace {

using testing::Io;
using testing::Node;
using testing::World;

class Crowd : public ::testing::Test {
  protected:
    ~Crowd() override {
        node.carrier.silent.clear();
        io.run(node.dispatcher->drain());
        io.finish();
        world.store().stop();
    }
    void work(std::size_t endpoint_count, std::size_t attempts_max) {
        SystemRng rng;
        const Secret master("a master key for tests, 32 bytes");
        for (std::size_t i = 0; i < endpoint_count; ++i) {
            const EndpointId id{7'000 + static_cast<std::int64_t>(i)};
            const store::EndpointRow row{World::tenant,
                                         id,
                                         "https://partner.example/",
                                         "*",
                                         "basic",
                                         "user",
                                         testing::sealed_password(master, id, rng),
                                         "active",
                                         world.now()};
            world.write<void>([&](store::Session& s) { return store::insert_endpoint(s, row); });
            endpoints.push_back(id);
        }
        ASSERT_TRUE(node.join().has_value());
        node.load(world.read<std::vector<store::EndpointRow>>(store::all_active_endpoints));
        node.work(attempts_max);
        world.store().set_listener([this](std::vector<store::TaskNote> notes) {
            node.dispatcher->offer(std::move(notes));
        });
    }
    void owe(EndpointId endpoint, int events) {
        for (int i = 0; i < events; ++i)
            node.owe(endpoint);
    }
    std::size_t calls(EndpointId endpoint) const {
        return static_cast<std::size_t>(std::ranges::count(node.carrier.called, endpoint));
    }

    World world;
    Io io{world.clock()};
    Node node{world, io, "node", {}, true};
    std::vector<EndpointId> endpoints;
};

TEST_F(Crowd, partners_who_hang_leave_half_of_all_places_to_those_who_answer) {
    work(7, 8);
    const EndpointId well = endpoints.back();
    node.carrier.silent = {endpoints.begin(), endpoints.end() - 1};
    owe(well, 1);
    ASSERT_TRUE(io.run_until([&] { return calls(well) == 1 && node.carrier.under_way == 0; }));
    for (const EndpointId endpoint : node.carrier.silent)
        owe(endpoint, 3);
    ASSERT_TRUE(io.run_until([&] { return node.carrier.under_way == 4; }));
    owe(well, 30);
    EXPECT_TRUE(io.run_until([&] { return calls(well) == 31; })) << "it waits behind none of them";
    io.settle();
    EXPECT_EQ(node.carrier.under_way, 4U) << "and they have no more than before";
}

TEST_F(Crowd, a_place_that_becomes_free_goes_to_who_waits_longest) {
    work(10, 4);
    node.carrier.silent = {endpoints.begin(), endpoints.end()};
    for (int round = 0; round < 3; ++round)
        for (const EndpointId endpoint : endpoints)
            owe(endpoint, 1);
    for (std::size_t ended = 0; ended < endpoints.size(); ++ended) {
        ASSERT_TRUE(io.run_until([&] { return node.carrier.called.size() > ended; }));
        const EndpointId next = node.carrier.called[ended];
        node.carrier.silent.erase(next); // this one ends, and is still slow
        ASSERT_TRUE(io.run_until([&] { return node.carrier.called.size() > ended + 2; }));
        node.carrier.silent.insert(next);
    }
    const std::set<EndpointId> first(node.carrier.called.begin(), node.carrier.called.begin() + 10);
    EXPECT_EQ(first.size(), 10U) << "each was called before any was called again";
}

} // namespace
} // namespace settled::worker
