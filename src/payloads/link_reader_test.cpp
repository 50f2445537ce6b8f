#include "payloads/link_reader.h"

#include <gtest/gtest.h>

namespace settled::payloads {
namespace {

Result<domain::NewLink> read(std::string_view body) {
    const auto document = wire::JsonDocument::parse(body);
    EXPECT_TRUE(document.has_value()) << body;
    return read_link(document->root());
}

std::string with(std::string_view owner, std::string_view more = "") {
    return R"({"connector":"clearbank","loan_account_id":"LN-4711","owner_name":")" +
           std::string(owner) + "\"" + std::string(more) + "}";
}

TEST(LinkReader, every_member_is_read) {
    const auto link = read(
        R"({"client_id":"link-1","connector":"clearbank","core_banking":"mambu","loan_account_id":"LN-4711",)"
        R"("owner_name":"Zoë O’Neill & Söhne","iban":"gb57 clrb 0404 0100 0573 54"})");
    ASSERT_TRUE(link.has_value()) << link.error().detail;
    EXPECT_EQ(link->client_id, "link-1");
    EXPECT_EQ(link->connector, "clearbank");
    EXPECT_EQ(link->core_banking, "mambu");
    EXPECT_EQ(link->loan_account_id, "LN-4711");
    EXPECT_EQ(link->owner_name, "Zoë O’Neill & Söhne");
    EXPECT_EQ(link->iban, "GB57CLRB04040100057354");
}

TEST(LinkReader, the_owner_is_read_elsewhere_only_where_there_is_an_elsewhere) {
    const auto link =
        read(R"({"connector":"c","core_banking":"mambu","loan_account_id":"L","owner_name":null})");
    ASSERT_TRUE(link.has_value()) << link.error().detail;
    EXPECT_EQ(link->owner_name, "");
    EXPECT_EQ(link->iban, "");
    const auto alone = read(R"({"connector":"c","loan_account_id":"L"})");
    ASSERT_FALSE(alone.has_value());
    EXPECT_EQ(alone.error().problems[0].pointer, "/owner_name");
    EXPECT_EQ(alone.error().code, Code::member_missing);
}

TEST(LinkReader, a_name_may_have_140_characters) {
    std::string umlauts;
    for (int i = 0; i < 140; ++i)
        umlauts += "ö";
    EXPECT_TRUE(read(with(umlauts)).has_value());
    EXPECT_FALSE(read(with(umlauts + "ö")).has_value());
}

TEST(LinkReader, a_problem_names_the_member_that_is_wrong) {
    using enum Code;
    const struct {
        std::string body;
        std::string_view pointer;
        Code code;
    } cases[] = {
        {R"({"loan_account_id":"L","owner_name":"A"})", "/connector", member_missing},
        {R"({"connector":"c","owner_name":"A"})", "/loan_account_id", member_missing},
        {R"({"connector":"c","loan_account_id":7,"owner_name":"A"})", "/loan_account_id",
         value_invalid},
        {R"({"connector":"c","loan_account_id":"L 1","owner_name":"A"})", "/loan_account_id",
         value_invalid},
        {with(" "), "/owner_name", value_invalid},
        {with("A|B"), "/owner_name", characters_not_allowed},
        {with("A_B"), "/owner_name", characters_not_allowed},
        {with("A[B"), "/owner_name", characters_not_allowed},
        {with("<A>"), "/owner_name", characters_not_allowed},
        {with("A^"), "/owner_name", characters_not_allowed},
        {with("A`"), "/owner_name", characters_not_allowed},
        {with("A~"), "/owner_name", characters_not_allowed},
        {with(R"(A\\)"), "/owner_name", characters_not_allowed},
        {with("$"), "/owner_name", characters_not_allowed},
        {with(R"(A\nB)"), "/owner_name", value_invalid},
        {with("A", R"(,"iban":"GB58CLRB04040100057354")"), "/iban", iban_invalid},
        {with("A", R"(,"iban":"DE89370400440532013000")"), "/iban", iban_invalid},
        {with("A", R"(,"iban":7)"), "/iban", value_invalid},
        {with("A", R"(,"client_id":"lnk_1")"), "/client_id", value_invalid},
        {with("A", R"(,"client_id":"a b")"), "/client_id", value_invalid},
        {with("A", R"(,"bban":"x")"), "/bban", member_unknown},
        {"[]", "", value_invalid},
    };
    for (const auto& c : cases) {
        const auto link = read(c.body);
        ASSERT_FALSE(link.has_value()) << c.body;
        ASSERT_EQ(link.error().problems.size(), 1U) << c.body;
        EXPECT_EQ(link.error().problems[0].pointer, c.pointer) << c.body;
        EXPECT_EQ(info(link.error().code).token, info(c.code).token) << c.body;
    }
}

} // namespace
} // namespace settled::payloads
