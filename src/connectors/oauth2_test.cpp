#include "connectors/oauth2.h"

#include <gtest/gtest.h>

namespace settled::connectors {
namespace {

TokenSource source(ClientAuth auth, std::string scope = {}) {
    return {"https://sso.example/token", "a client", Secret("p:w d%"), std::move(scope), auth};
}

TEST(OAuth2, a_client_proves_itself_in_the_header_or_in_the_body) {
    const TokenRequest basic = token_request(source(ClientAuth::basic, "read all"));
    EXPECT_EQ(basic.authorization, "Basic YSUyMGNsaWVudDpwJTNBdyUyMGQlMjU=");
    EXPECT_EQ(basic.body, "grant_type=client_credentials&scope=read%20all");
    const TokenRequest body = token_request(source(ClientAuth::body));
    EXPECT_EQ(body.authorization, "");
    EXPECT_EQ(body.body, "grant_type=client_credentials&client_id=a%20client&client_secret="
                         "p%3Aw%20d%25");
}

TEST(OAuth2, a_token_is_used_for_nine_tenths_of_its_life) {
    const struct {
        std::string_view body;
        std::int64_t use_for_ms;
    } cases[] = {
        {R"({"access_token":"t","token_type":"Bearer","expires_in":3600})", 3'240'000},
        {R"({"access_token":"t","token_type":"bearer","expires_in":"1"})", 900},
        {R"({"access_token":"t","expires_in":0})", 0},
        {R"({"access_token":"t","token_type":"BEARER"})", 300'000},
        {R"({"access_token":"t","token_type":"BearerToken","expires_in":null})", 300'000},
        {R"({"access_token":"t","expires_in":9999999999999})", 30LL * 86'400 * 900},
    };
    for (const auto& c : cases) {
        const auto token = read_token(200, c.body);
        ASSERT_TRUE(token) << c.body;
        EXPECT_EQ(token->value.reveal(), "t");
        EXPECT_EQ(token->use_for.count(), c.use_for_ms) << c.body;
    }
}

TEST(OAuth2, a_reply_without_a_token_is_refused_and_not_shown) {
    const struct {
        int status;
        std::string_view body;
        std::string_view why;
    } cases[] = {
        {401, R"({"error":"invalid_client"})", "the token endpoint answered 401 invalid_client"},
        {503, "<html>", "the token endpoint answered 503"},
        {400, R"({"error":"Secret Value"})", "the token endpoint answered 400"},
        {200, "[]", "the token endpoint's reply is no JSON object"},
        {200, R"({"access_token":"a b"})", "the reply has no access_token that can be sent"},
        {200, R"({"access_token":"a\r\nX: y"})", "the reply has no access_token that can be sent"},
        {200, R"({"access_token":""})", "the reply has no access_token that can be sent"},
        {200, R"({"access_token":7})", "the reply has no access_token that can be sent"},
        {200, R"({"access_token":"t","token_type":"mac"})", "the token is no bearer token"},
        {200, R"({"access_token":"t","expires_in":-1})", "expires_in is no number of seconds"},
        {200, R"({"access_token":"t","expires_in":"soon"})", "expires_in is no number of seconds"},
        {204, "", "the token endpoint's reply is no JSON object"},
    };
    for (const auto& c : cases) {
        const auto token = read_token(c.status, c.body);
        ASSERT_FALSE(token) << c.body;
        EXPECT_EQ(token.error().code, Code::token_failed);
        EXPECT_EQ(token.error().detail, c.why);
    }
}

TEST(OAuth2, two_sources_are_the_same_when_all_of_them_is) {
    EXPECT_TRUE(same(source(ClientAuth::basic), source(ClientAuth::basic)));
    EXPECT_FALSE(same(source(ClientAuth::basic), source(ClientAuth::body)));
    TokenSource other = source(ClientAuth::basic);
    other.client_secret = Secret("another");
    EXPECT_FALSE(same(source(ClientAuth::basic), other));
}

} // namespace
} // namespace settled::connectors
