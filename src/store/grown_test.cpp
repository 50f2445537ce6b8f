#include "store/grown_testing.h"

#include "store/distribution_test.h"

#include <gtest/gtest.h>

namespace settled::store::testing {
namespace {

TEST(Grown, are_all_tables_that_grow_with_a_tenant) {
    for (const std::string& table : spread_tables())
        EXPECT_TRUE(grows(table) || table == "feed_end" || table == "connector_state")
            << table; // one row a tenant
}

} // namespace
} // namespace settled::store::testing
