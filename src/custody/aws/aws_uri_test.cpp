#include "custody/aws/endpoint.h"
#include "custody/aws/uri.h"

#include <gtest/gtest.h>

namespace settled::custody::aws {
namespace {

constexpr std::string_view arn =
    "aws-sm:arn:aws:secretsmanager:eu-west-2:123456789012:secret:settled/bank-a1b2c3";

TEST(AwsUri, a_secret_s_name_region_version_and_member_are_read) {
    const auto whole =
        parse_secret_uri("aws-sm:settled/bank%20token?region=eu-west-2&member=to%26ken");
    ASSERT_TRUE(whole.has_value()) << whole.error().detail;
    EXPECT_EQ(whole->name, "settled/bank token");
    EXPECT_EQ(whole->region, "eu-west-2");
    EXPECT_EQ(whole->member, "to&ken");
    EXPECT_EQ(parse_secret_uri("aws-sm:a?version-stage=AWSPREVIOUS")->version_stage, "AWSPREVIOUS");
    EXPECT_EQ(parse_secret_uri("aws-sm:a?version-id=v1")->version_id, "v1");
    EXPECT_EQ(parse_secret_uri(arn)->region, "eu-west-2");
    EXPECT_TRUE(parse_secret_uri(arn)->is_arn());
}

TEST(AwsUri, an_object_s_bucket_and_key_are_read_with_and_without_slashes) {
    for (const std::string_view uri : {"s3://keys.example/settled/a.pem?version-id=7",
                                       "s3:keys.example/settled/a.pem?version-id=7"}) {
        const auto object = parse_object_uri(uri);
        ASSERT_TRUE(object.has_value()) << uri;
        EXPECT_EQ(object->bucket, "keys.example");
        EXPECT_EQ(object->key, "settled/a.pem");
        EXPECT_EQ(object->version_id, "7");
    }
}

TEST(AwsUri, a_malformed_uri_is_refused_and_nothing_of_it_is_repeated) {
    for (const std::string_view uri :
         {"aws-sm:", "aws-sm:hush?region=", "aws-sm:hush?region=EU", "aws-sm:hush?region=a/b",
          "aws-sm:hush?member", "aws-sm:hush?other=1", "aws-sm:hush?member=a&member=b",
          "aws-sm:hush%2", "aws-sm:hush%00", "aws-sm:hush word",
          "aws-sm:hush?version-id=1&version-stage=2", "aws-sm:arn:aws:s3:::hush",
          "aws-sm:arn:aws:secretsmanager:eu-west-2:1:secret:hush?region=us-east-1"}) {
        const auto parsed = parse_secret_uri(uri);
        ASSERT_FALSE(parsed.has_value()) << uri;
        EXPECT_EQ(parsed.error().code, Code::value_invalid) << uri;
        EXPECT_FALSE(parsed.error().detail.contains("hush")) << parsed.error().detail;
    }
    for (const std::string_view uri :
         {"s3:", "s3://", "s3://hush", "s3://hush/", "s3://Hush/a", "s3://a@hush/b", "s3://hu/a",
          "s3://hu..sh/a", "s3://-hush/a", "s3://hush/a?region=x.y"}) {
        const auto parsed = parse_object_uri(uri);
        ASSERT_FALSE(parsed.has_value()) << uri;
        EXPECT_FALSE(parsed.error().detail.contains("hush")) << parsed.error().detail;
    }
}

TEST(AwsUri, a_tenant_names_what_is_below_its_own_prefix_alone) {
    const struct {
        std::string_view uri;
        bool is_its;
    } table[] = {{"aws-sm:settled/shop/token", true},
                 {"aws-sm:settled/shop/a/b?region=eu-west-2", true},
                 {"aws-sm:settled%2Fshop%2Ftoken", true},
                 {"aws-sm:settled/shop-2/token", false},
                 {"aws-sm:settled/shop", false},
                 {"aws-sm:settled/token", false},
                 {"aws-sm:token", false},
                 {"aws-sm:arn:aws:secretsmanager:eu-west-2:1:secret:settled/shop/token", false},
                 {"s3://settled/shop/token", true},
                 {"s3:settled/shop/token", true},
                 {"s3://settled/shop/../other/token", false},
                 {"s3://settled/shop/%2E%2E/token", false},
                 {"s3://settled/other/token", false},
                 {"file:settled/shop/token", false}};
    for (const auto& [uri, is_its] : table)
        for (const std::string_view prefix : {"settled", "settled/"})
            EXPECT_EQ(is_tenants(uri, prefix, "shop"), is_its) << uri;
    EXPECT_FALSE(is_tenants("aws-sm:/shop/token", "", "shop")) << "without a prefix there are none";
}

TEST(AwsEndpoint, is_aws_s_own_unless_settings_or_environment_name_another) {
    const auto none = Environment::of({});
    EXPECT_EQ(endpoint_of(Service::secrets_manager, "eu-west-2", {}, none)->root,
              "https://secretsmanager.eu-west-2.amazonaws.com");
    EXPECT_EQ(endpoint_of(Service::s3, "cn-north-1", {}, none)->host,
              "s3.cn-north-1.amazonaws.com.cn");
    const auto both = Environment::of({{"AWS_ENDPOINT_URL", "https://all.example"},
                                       {"AWS_ENDPOINT_URL_S3", "http://127.0.0.1:5000/"}});
    EXPECT_EQ(endpoint_of(Service::s3, "x", {}, both)->root, "http://127.0.0.1:5000");
    EXPECT_TRUE(endpoint_of(Service::s3, "x", {}, both)->is_address);
    EXPECT_EQ(endpoint_of(Service::sts, "x", {}, both)->root, "https://all.example");
    Settings settings;
    settings.sts_url = "https://sts.example:8443";
    EXPECT_EQ(endpoint_of(Service::sts, "x", settings, both)->host, "sts.example:8443");
}

TEST(AwsEndpoint, http_is_for_this_machine_alone) {
    for (const std::string_view url :
         {"http://127.0.0.1:1", "http://localhost", "http://[::1]:5000", "https://vpce-1.example/"})
        EXPECT_TRUE(parse_endpoint(url).has_value()) << url;
    for (const std::string_view url :
         {"http://10.0.0.1", "http://aws.example", "ftp://localhost", "https://", "https://a@b",
          "https://host/path", "https://host:port", "http://127.evil.example", "http://[::1"})
        EXPECT_EQ(parse_endpoint(url).error().code, Code::config_invalid) << url;
}

TEST(AwsEndpoint, containers_credentials_come_over_https_or_from_near) {
    for (const std::string_view url : {"http://169.254.170.2/v2", "http://[fd00:ec2::23]/v1",
                                       "http://localhost:1338/x", "https://credentials.example/x"})
        EXPECT_TRUE(is_near(url)) << url;
    for (const std::string_view url :
         {"http://10.1.2.3/", "http://example.org/", "http://169.254.1.example/", ""})
        EXPECT_FALSE(is_near(url)) << url;
}

} // namespace
} // namespace settled::custody::aws
