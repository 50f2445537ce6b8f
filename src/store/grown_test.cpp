#include "store/grown_testing.h"

#include "store/distribution_test.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace settled::store::testing {
namespace {

TEST(Grown, are_all_tables_that_grow_with_a_tenant) {
    // A row for each feed, connector, key of a bank, endpoint, reader, or operator's request.
    const std::set<std::string> bounded{"feed_end", "connector_state", "endpoint_state",
                                        "consumer", "redelivery",      "bank_key_use"};
    for (const std::string& table : spread_tables())
        EXPECT_TRUE(grows(table) || bounded.contains(table)) << table;
}

} // namespace
} // namespace settled::store::testing
