#include "domain/link.h"
#include "domain/money_return.h"

#include <gtest/gtest.h>

namespace settled::domain {
namespace {

TEST(Link, every_status_has_a_token_and_two_are_live) {
    ASSERT_EQ(link_status_tokens().size(), 4U);
    for (const std::string_view name : link_status_tokens()) {
        const auto status = link_status_named(name);
        ASSERT_TRUE(status.has_value()) << name;
        EXPECT_EQ(token(*status), name);
        EXPECT_EQ(is_live(*status), name == "requested" || name == "active");
    }
    EXPECT_EQ(link_status_named("open"), std::nullopt);
}

TEST(MoneyReturn, every_reason_has_a_token) {
    ASSERT_EQ(return_reason_tokens().size(), 9U);
    for (const std::string_view name : return_reason_tokens()) {
        const auto reason = return_reason_named(name);
        ASSERT_TRUE(reason.has_value()) << name;
        EXPECT_EQ(token(*reason), name);
    }
    EXPECT_EQ(token(ReturnReason::other), "other");
    EXPECT_EQ(token(ReturnReason::requested_by_sender), "requested_by_sender");
    EXPECT_EQ(return_reason_named(""), std::nullopt);
}

} // namespace
} // namespace settled::domain
