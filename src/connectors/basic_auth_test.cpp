#include "connectors/basic_auth.h"

#include <gtest/gtest.h>

#include <optional>

namespace settled::connectors {
namespace {

Result<> check(const BasicAuth& auth, std::optional<std::string_view> header) {
    return auth.check([&](std::string_view name) {
        return name == "Authorization" ? header : std::optional<std::string_view>();
    });
}

BasicAuth of(std::string_view username, std::initializer_list<std::string_view> passwords) {
    std::vector<Secret> secrets;
    for (const std::string_view password : passwords)
        secrets.emplace_back(std::string(password));
    return BasicAuth::make(username, secrets).value();
}

TEST(BasicAuth, takes_the_credentials_and_no_others) {
    const BasicAuth auth = of("Aladdin", {"open sesame"}); // of RFC 7617 section 2
    const struct {
        std::optional<std::string_view> header;
        std::optional<Code> expected;
    } cases[] = {
        {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", std::nullopt},
        {"basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", std::nullopt},
        {"BASIC  QWxhZGRpbjpvcGVuIHNlc2FtZQ==", std::nullopt},
        {std::nullopt, Code::signature_missing},
        {"", Code::signature_malformed},
        {"Basic", Code::signature_malformed},
        {"Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", Code::signature_malformed},
        {"Basic ", Code::signature_malformed},
        {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", Code::signature_invalid},
        {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZR==", Code::signature_invalid},
        {"Basic QWxhZGRpbjo=", Code::signature_invalid},
        {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== x", Code::signature_invalid},
    };
    for (const auto& c : cases) {
        const auto result = check(auth, c.header);
        const auto code = result ? std::nullopt : std::optional(result.error().code);
        EXPECT_EQ(code, c.expected) << c.header.value_or("no header");
    }
}

TEST(BasicAuth, takes_each_of_several_passwords) {
    const BasicAuth auth = of("a", {"old", "new"});
    EXPECT_TRUE(check(auth, "Basic YTpvbGQ="));
    EXPECT_TRUE(check(auth, "Basic YTpuZXc="));
    EXPECT_FALSE(check(auth, "Basic YTpib3Ro"));
}

TEST(BasicAuth, refuses_a_user_name_that_cannot_be_sent) {
    EXPECT_FALSE(BasicAuth::make("a:b", {}));
    EXPECT_FALSE(BasicAuth::make("", {}));
}

} // namespace
} // namespace settled::connectors
