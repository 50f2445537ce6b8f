#include "worker/fair_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace settled::worker {
namespace {

TEST(FairLine, serves_tenants_in_turn_and_each_in_its_order) {
    FairLine line;
    for (std::int64_t lane = 1; lane <= 4; ++lane)
        line.push(TenantId{1}, EndpointId{lane});
    line.push(TenantId{2}, EndpointId{20});
    line.push(TenantId{3}, EndpointId{30});
    line.push(TenantId{3}, EndpointId{31});
    std::vector<std::int64_t> served;
    while (!line.empty())
        served.push_back(line.pop().value);
    EXPECT_EQ(served, (std::vector<std::int64_t>{1, 20, 30, 2, 31, 3, 4}));
}

TEST(FairLine, a_tenant_that_comes_again_goes_to_the_end) {
    FairLine line;
    line.push(TenantId{1}, EndpointId{1});
    line.push(TenantId{2}, EndpointId{2});
    EXPECT_EQ(line.pop(), EndpointId{1});
    line.push(TenantId{1}, EndpointId{1});
    EXPECT_EQ(line.pop(), EndpointId{2});
    EXPECT_EQ(line.pop(), EndpointId{1});
}

} // namespace
} // namespace settled::worker
