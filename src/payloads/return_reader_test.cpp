#include "payloads/return_reader.h"

#include <gtest/gtest.h>

namespace settled::payloads {
namespace {

Result<domain::NewReturn> read(std::string_view body) {
    const auto document = wire::JsonDocument::parse(body);
    EXPECT_TRUE(document.has_value()) << body;
    return read_return(document->root());
}

TEST(ReturnReader, every_member_is_read) {
    const auto asked = read(
        R"({"client_id":"back-1","settlement_id":"stl_0000000000001","reason":"account_closed"})");
    ASSERT_TRUE(asked.has_value()) << asked.error().detail;
    EXPECT_EQ(asked->client_id, "back-1");
    EXPECT_EQ(asked->settlement, SettlementId{1});
    EXPECT_EQ(asked->reason, domain::ReturnReason::account_closed);
    EXPECT_EQ(read(R"({"settlement_id":"stl_0000000000001","reason":"other"})")->client_id, "");
}

TEST(ReturnReader, every_reason_is_taken) {
    for (const std::string_view reason : domain::return_reason_tokens()) {
        const auto asked = read(R"({"settlement_id":"stl_0000000000001","reason":")" +
                                std::string(reason) + "\"}");
        ASSERT_TRUE(asked.has_value()) << reason;
        EXPECT_EQ(token(asked->reason), reason);
    }
}

TEST(ReturnReader, a_problem_names_the_member_that_is_wrong) {
    using enum Code;
    const struct {
        std::string_view body;
        std::string_view pointer;
        Code code;
    } cases[] = {
        {R"({"reason":"other"})", "/settlement_id", member_missing},
        {R"({"settlement_id":"stl_0000000000001"})", "/reason", member_missing},
        {R"({"settlement_id":"pay_0000000000001","reason":"other"})", "/settlement_id",
         value_invalid},
        {R"({"settlement_id":1,"reason":"other"})", "/settlement_id", value_invalid},
        {R"({"settlement_id":"stl_0000000000001","reason":"AC04"})", "/reason", value_invalid},
        {R"({"settlement_id":"stl_0000000000001","reason":"Other"})", "/reason", value_invalid},
        {R"({"client_id":"ret_1","settlement_id":"stl_0000000000001","reason":"other"})",
         "/client_id", value_invalid},
        {R"({"settlement_id":"stl_0000000000001","reason":"other","amount":"1"})", "/amount",
         member_unknown},
        {"[]", "", value_invalid},
    };
    for (const auto& c : cases) {
        const auto asked = read(c.body);
        ASSERT_FALSE(asked.has_value()) << c.body;
        ASSERT_EQ(asked.error().problems.size(), 1U) << c.body;
        EXPECT_EQ(asked.error().problems[0].pointer, c.pointer) << c.body;
        EXPECT_EQ(info(asked.error().code).token, info(c.code).token) << c.body;
    }
}

} // namespace
} // namespace settled::payloads
