// AWS's published test suite for Signature Version 4, and the examples of the S3 API reference.
#include "custody/aws/sigv4.h"

#include "base/bytes.h"
#include "crypto/hash.h"
#include "wire/time.h"

#include <gtest/gtest.h>

namespace settled::custody::aws {
namespace {

constexpr std::string_view when = "2015-08-30T12:36:00Z";

Credentials suites_credentials() {
    return {"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), Secret()};
}

std::string hash_of(std::string_view body) {
    return to_hex(crypto::sha256(body));
}

Unsigned suites_request(std::string method, std::string path, HttpFields query, HttpFields more,
                        std::string_view body) {
    Unsigned request{std::move(method),
                     std::move(path),
                     std::move(query),
                     {{"Host", "example.amazonaws.com"}},
                     hash_of(body)};
    for (auto& field : more)
        request.fields.push_back(std::move(field));
    request.fields.emplace_back("X-Amz-Date", "20150830T123600Z");
    return request;
}

std::string signature_in(const std::string& authorization) {
    return authorization.substr(authorization.rfind('=') + 1);
}

TEST(SigV4, signs_as_the_published_suite_does) {
    const struct {
        std::string_view name;
        Unsigned request;
        std::string_view signature;
    } table[] = {
        {"get-vanilla", suites_request("GET", "/", {}, {}, ""),
         "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        {"get-vanilla-query-order-key-case",
         suites_request("GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}, {}, ""),
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        {"get-vanilla-utf8-query", suites_request("GET", "/", {{"\u1234", "bar"}}, {}, ""),
         "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
        {"get-unreserved",
         suites_request("GET",
                        uri_encoded("/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                                    "uvwxyz",
                                    true),
                        {}, {}, ""),
         "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
        {"get-utf8", suites_request("GET", uri_encoded("/\u1234", true), {}, {}, ""),
         "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
        {"get-header-key-duplicate",
         suites_request(
             "GET", "/", {},
             {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}}, ""),
         "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
        {"get-header-value-trim",
         suites_request("GET", "/", {},
                        {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}, ""),
         "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
        {"post-vanilla", suites_request("POST", "/", {}, {}, ""),
         "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
        {"post-header-key-sort", suites_request("POST", "/", {}, {{"My-Header1", "value1"}}, ""),
         "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
        {"post-x-www-form-urlencoded",
         suites_request("POST", "/", {}, {{"Content-Type", "application/x-www-form-urlencoded"}},
                        "Param1=value1"),
         "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    };
    for (const auto& [name, request, signature] : table)
        EXPECT_EQ(signature_in(authorization(request, suites_credentials(),
                                             {"us-east-1", "service"}, *wire::parse_rfc3339(when))),
                  signature)
            << name << "\n"
            << canonical_request(request);
}

TEST(SigV4, names_credential_scope_and_what_is_signed) {
    EXPECT_EQ(authorization(suites_request("GET", "/", {}, {}, ""), suites_credentials(),
                            {"us-east-1", "service"}, *wire::parse_rfc3339(when)),
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
              "SignedHeaders=host;x-amz-date, "
              "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(SigV4, signs_an_object_s_get_as_the_s3_reference_does) {
    const std::string nothing = hash_of("");
    const Unsigned request{"GET",
                           "/test.txt",
                           {},
                           {{"Host", "examplebucket.s3.amazonaws.com"},
                            {"Range", "bytes=0-9"},
                            {"x-amz-content-sha256", nothing},
                            {"x-amz-date", "20130524T000000Z"}},
                           nothing};
    const Credentials with{"AKIAIOSFODNN7EXAMPLE",
                           Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), Secret()};
    EXPECT_EQ(signature_in(authorization(request, with, {"us-east-1", "s3"},
                                         *wire::parse_rfc3339("2013-05-24T00:00:00Z"))),
              "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SigV4, dates_are_whole_seconds_of_utc) {
    EXPECT_EQ(amz_date(*wire::parse_rfc3339("2026-11-30T20:02:22.999Z")), "20261130T200222Z");
}

} // namespace
} // namespace settled::custody::aws
