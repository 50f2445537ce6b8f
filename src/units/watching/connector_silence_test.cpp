#include "units/watching/connector_silence.h"

#include "units/orders/bank_world.h"
#include "wire/json.h"

#include <gmock/gmock.h>

namespace settled::units {
namespace {

using namespace std::chrono_literals;
using testing::BankWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

domain::ConnectorSettings expecting(std::int64_t seconds) {
    domain::ConnectorSettings settings = BankWorld::bank_settings();
    settings.expect_every_seconds = seconds;
    return settings;
}

// What a node does every now and then.
void watch(BankWorld& world) {
    const auto changed = world.read<std::vector<ConnectorId>>(
        [&](store::Session& s) { return silence_changes(s, BankWorld::tenant, world.now()); });
    for (const ConnectorId connector : changed)
        for (int nodes = 0; nodes < 2; ++nodes) // both have seen it
            world.write<void>([&](store::Session& s) {
                return publish_silence(s, world.context(), BankWorld::tenant, connector,
                                       world.now());
            });
}

void hear(BankWorld& world, std::string_view transaction) {
    world.settle(transaction, world.fact(1234));
}

TEST(ConnectorSilence, is_published_once_when_it_begins_and_once_when_it_ends) {
    BankWorld world(expecting(7200));
    world.pass(2h);
    watch(world);
    EXPECT_THAT(world.event_types(), IsEmpty());
    world.pass(1s);
    watch(world);
    watch(world);
    world.pass(3h);
    watch(world);
    ASSERT_THAT(world.event_types(), ElementsAre("connector.silent"));
    EXPECT_THAT(world.events().front().body, HasSubstr(R"("expect_every_seconds":7200)"));
    hear(world, "t-1");
    watch(world);
    watch(world);
    EXPECT_THAT(world.event_types(), ElementsAre("connector.silent", "connector.recovered"));
    EXPECT_THAT(world.events().back().body, HasSubstr(R"("after":"silent")"));
    world.pass(3h);
    watch(world);
    EXPECT_EQ(world.event_types().back(), "connector.silent") << "another silence";
}

TEST(ConnectorSilence, of_a_connector_that_expects_nothing_is_no_fault) {
    BankWorld world(expecting(0));
    world.pass(1000h);
    watch(world);
    EXPECT_THAT(world.event_types(), IsEmpty());
}

TEST(ConnectorSilence, ends_quietly_when_nothing_is_expected_any_more) {
    BankWorld world(expecting(60));
    world.pass(2min);
    watch(world);
    world.write<bool>([&](store::Session& s) {
        return store::update_connector_settings(s, BankWorld::tenant, BankWorld::connector,
                                                to_json(expecting(0)));
    });
    watch(world);
    EXPECT_THAT(world.event_types(), ElementsAre("connector.silent"));
    EXPECT_THAT(world.read<std::vector<ConnectorId>>([&](store::Session& s) {
        return silence_changes(s, BankWorld::tenant, world.now());
    }),
                IsEmpty());
}

} // namespace
} // namespace settled::units
