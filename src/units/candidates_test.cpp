#include "units/candidates.h"

#include "store/payments.h"
#include "units/testing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace settled::units {
namespace {

using testing::World;

// They are loaded some at a time.
TEST(Candidates, are_all_loaded_whatever_their_number) {
    World world;
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 33; ++i)
        ids.push_back(
            world.register_payment(world.payment("p" + std::to_string(i), 1000)).payment.id.value);
    for (const std::size_t count : {0U, 1U, 2U, 15U, 16U, 17U, 32U, 33U}) {
        std::vector some(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
        std::ranges::reverse(some);
        const auto payments = world.read<std::vector<flow::Payment>>(
            [&](store::Session& s) { return store::find_payments(s, World::tenant, some); });
        std::vector<std::int64_t> loaded;
        for (const flow::Payment& payment : payments)
            loaded.push_back(payment.id.value);
        std::ranges::sort(some);
        EXPECT_EQ(loaded, some) << "in the order of their ids";
    }
}

} // namespace
} // namespace settled::units
