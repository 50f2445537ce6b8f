#include "connectors/clearbank/test_call.h"

#include <gtest/gtest.h>

namespace settled::connectors::clearbank {
namespace {

TEST(ClearbankTestCall, the_text_is_what_the_bank_gives_back) {
    const domain::CallRequest request = test_request("a \"test\"");
    EXPECT_EQ(request.purpose, domain::CallPurpose::test);
    EXPECT_EQ(request.method, "POST"); // so that the signature is checked, too
    EXPECT_EQ(request.target, "/v1/Test");
    EXPECT_EQ(request.body, R"({"body":"a \"test\""})");
    EXPECT_FALSE(domain::moves_money(request.purpose));
}

} // namespace
} // namespace settled::connectors::clearbank
