#include "crypto/key_set.h"

#include "wire/base64.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace settled::crypto {
namespace {

// RFC 7515 appendix A.2: a key, and a token signed with it.
constexpr std::string_view modulus =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"
    "4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL"
    "-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
    "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e"
    "-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-"
    "DWNmoudF8NAco9_"
    "h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
constexpr std::string_view message =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb"
    "290Ijp0cnVlfQ";
constexpr std::string_view signature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJdb"
    "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
    "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
    "LcOLn6_dO--xi12jzDwusC-"
    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy"
    "wlVmtVrBp0igcN_IoypGlUPQGe77Rw";

std::string key(std::string_view id, std::string_view more = R"("use":"sig","alg":"RS256")") {
    return fmt::format(R"({{"kty":"RSA","kid":"{}","n":"{}","e":"AQAB",{}}})", id, modulus, more);
}

TEST(KeySet, the_published_key_verifies_the_published_token) {
    const auto keys = parse_key_set(fmt::format(R"({{"keys":[{}]}})", key("one")));
    ASSERT_TRUE(keys.has_value()) << keys.error().detail;
    const auto bytes = wire::parse_base64url(signature).value();
    EXPECT_TRUE(keys->at("one")->verify(message, bytes));
    EXPECT_FALSE(keys->at("one")->verify(std::string(message) + "x", bytes));
    EXPECT_EQ(keys->at("one")->fingerprint().size(), 64U);
}

TEST(KeySet, several_keys_are_valid_at_once_and_other_kinds_are_passed_over) {
    const auto keys = parse_key_set(
        fmt::format(R"({{"keys":[{},{},{{"kty":"EC","kid":"ec","crv":"P-256"}},{},{}]}})",
                    key("one"), key("two", R"("x5t":"a")"), key("encrypts", R"("use":"enc")"),
                    key("other", R"("alg":"RS512")")));
    ASSERT_TRUE(keys.has_value()) << keys.error().detail;
    EXPECT_EQ(keys->size(), 2U);
    EXPECT_TRUE(keys->contains("one") && keys->contains("two"));
}

TEST(KeySet, a_text_that_is_no_key_set_is_refused) {
    const std::string table[] = {
        "",
        "{}",
        "[]",
        R"({"keys":{}})",
        R"({"keys":[]})",
        R"({"keys":[1]})",
        R"({"keys":[{"kty":"RSA","kid":"a","n":"","e":""}]})",
        R"({"keys":[{"kty":"RSA","kid":"a","n":"+/==","e":"AQAB"}]})",
        R"({"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]})", // 17 bits
        fmt::format(R"({{"keys":[{{"kty":"RSA","kid":"a","n":"{}","e":"AQ"}}]}})",
                    modulus), // e = 1
        fmt::format(
            R"({{"keys":[{{"kty":"RSA","kid":"a","n":"{}","e":"AAAAAAAAAAAAAAAAAAAAAQAB"}}]}})",
            modulus),
    };
    for (const std::string& text : table)
        EXPECT_FALSE(parse_key_set(text).has_value()) << text;
}

} // namespace
} // namespace settled::crypto
