#include "custody/aws/reply.h"
#include "custody/aws/scheme.h"
#include "custody/aws/testing.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace settled::custody::aws {
namespace {

using namespace std::literals;

Settings in_region(std::string region) {
    Settings settings;
    settings.region = std::move(region);
    return settings;
}

Settings without_kms() {
    Settings settings;
    settings.allow_s3_without_kms = true;
    return settings;
}

class AwsTest : public testing::Test {
  protected:
    std::shared_ptr<Client> client(Environment environment = with_credentials(),
                                   Settings settings = {}) {
        return std::make_shared<Client>(std::move(settings), std::move(environment), http_,
                                        times_.surroundings());
    }
    SecretsManagerScheme secrets(Environment environment = with_credentials(),
                                 Settings settings = {}) {
        return SecretsManagerScheme(client(std::move(environment), std::move(settings)),
                                    times_.surroundings());
    }
    ObjectScheme objects(Settings settings = {}) {
        return ObjectScheme(client(with_credentials(), std::move(settings)), times_.surroundings());
    }
    void says_secret(std::string_view value) {
        http_->says(200, fmt::format(R"({{"Name":"bank","SecretString":"{}"}})", value));
    }
    void says_error(int status, std::string_view type, HttpFields fields = {}) {
        http_->says(status, fmt::format(R"({{"__type":"com.amazonaws.x#{}","message":"m"}})", type),
                    std::move(fields));
    }

    std::shared_ptr<ScriptedHttp> http_ = std::make_shared<ScriptedHttp>();
    Times times_;
};

TEST_F(AwsTest, a_secret_is_asked_for_by_a_signed_call) {
    says_secret("token\\n");
    EXPECT_EQ(secrets().read("aws-sm:bank?version-stage=AWSPENDING")->reveal(), "token");
    ASSERT_EQ(http_->seen.size(), 1u);
    const Seen& call = http_->seen[0];
    EXPECT_EQ(call.method, "POST");
    EXPECT_EQ(call.url, "https://secretsmanager.eu-west-2.amazonaws.com/");
    EXPECT_EQ(call.body, R"({"SecretId":"bank","VersionStage":"AWSPENDING"})");
    EXPECT_EQ(call.field("X-Amz-Target"), "secretsmanager.GetSecretValue");
    EXPECT_EQ(call.field("X-Amz-Date"), "20261130T200000Z");
    EXPECT_TRUE(call.field("Authorization")
                    .starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261130/eu-west-2/"
                                 "secretsmanager/aws4_request, SignedHeaders=content-type;host;"
                                 "x-amz-date;x-amz-target, Signature="))
        << call.field("Authorization");
    EXPECT_FALSE(call.field("Authorization").contains("hush"));
}

TEST_F(AwsTest, a_secret_is_a_text_bytes_or_a_member_of_its_json) {
    http_->says(200, R"({"SecretBinary":"AGh1c2g="})");
    EXPECT_EQ(secrets().read("aws-sm:bank")->reveal(), "\0hush"sv);
    says_secret(R"({\"token\":\"a\",\"n\":1})");
    EXPECT_EQ(secrets().read("aws-sm:bank?member=token")->reveal(), "a");
    const std::pair<std::string_view, std::string_view> refused[] = {
        {R"({\"token\":\"hush\",\"n\":1})", "none"},
        {R"({\"token\":\"hush\",\"n\":1})", "n"},
        {R"({\"token\":\"hush\",\"token\":\"hush\"})", "token"},
        {"hush", "token"},
        {"", ""}};
    for (const auto& [content, member] : refused) {
        says_secret(content);
        const std::string uri =
            member.empty() ? "aws-sm:bank" : fmt::format("aws-sm:bank?member={}", member);
        const auto read = secrets().read(uri);
        ASSERT_FALSE(read.has_value()) << content;
        EXPECT_EQ(read.error().code, Code::key_unsuitable);
        EXPECT_FALSE(read.error().detail.contains("hush")) << read.error().detail;
    }
}

TEST_F(AwsTest, an_object_must_be_encrypted_by_kms) {
    for (const char* const how : {"aws:kms", "aws:kms:dsse"}) {
        http_->says(200, "key\n", {{"X-Amz-Server-Side-Encryption", how}});
        EXPECT_EQ(objects().read("s3://keys/settled/a%20b.pem?version-id=v/1")->reveal(), "key");
    }
    EXPECT_EQ(http_->seen[0].url,
              "https://keys.s3.eu-west-2.amazonaws.com/settled/a%20b.pem?versionId=v%2F1")
        << "a bucket is in front of the host";
    EXPECT_EQ(http_->seen[0].field("X-Amz-Content-Sha256"),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (const HttpFields& fields : {HttpFields{}, {{"x-amz-server-side-encryption", "AES256"}}}) {
        http_->says(200, "hush", fields);
        const auto read = objects().read("s3://keys/a");
        EXPECT_EQ(read.error().code, Code::key_unsuitable);
        http_->says(200, "key", fields);
        EXPECT_EQ(objects(without_kms()).read("s3://keys/a")->reveal(), "key");
    }
    http_->says(200, "key", {{"x-amz-server-side-encryption", "aws:kms"}});
    EXPECT_TRUE(objects().read("s3://a.bucket/k").has_value());
    EXPECT_EQ(http_->seen.back().url, "https://s3.eu-west-2.amazonaws.com/a.bucket/k")
        << "a bucket with a dot is in the path";
}

TEST_F(AwsTest, each_trouble_has_its_code) {
    const struct {
        int status;
        std::string_view type;
        Code code;
        std::size_t calls;
    } table[] = {
        {400, "AccessDeniedException", Code::aws_denied, 1},
        {403, "Whatever", Code::aws_denied, 1},
        {400, "ResourceNotFoundException", Code::aws_not_found, 1},
        {400, "UnrecognizedClientException", Code::aws_denied, 2},
        {400, "ExpiredTokenException", Code::aws_credentials_expired, 2},
        {400, "ThrottlingException", Code::aws_failed, 3},
        {500, "InternalServiceError", Code::aws_failed, 3},
        {400, "InvalidRequestException", Code::aws_failed, 1},
    };
    for (const auto& [status, type, code, calls] : table) {
        http_->seen.clear();
        http_->script.clear();
        for (std::size_t i = 0; i < calls; ++i)
            says_error(status, type);
        const auto read = secrets().read("aws-sm:bank");
        ASSERT_FALSE(read.has_value()) << type;
        EXPECT_EQ(info(read.error().code).token, info(code).token) << type;
        EXPECT_EQ(http_->seen.size(), calls) << type;
        EXPECT_TRUE(read.error().detail.contains(type)) << read.error().detail;
    }
    http_->fails(Code::connect_failed);
    EXPECT_EQ(secrets().read("aws-sm:bank").error().code, Code::aws_unreachable);
    http_->says(404, "<Error><Code>NoSuchKey</Code></Error>");
    EXPECT_EQ(objects().read("s3://keys/a").error().code, Code::aws_not_found);
}

TEST_F(AwsTest, an_overloaded_service_is_asked_again_with_waits) {
    says_error(503, "SlowDown");
    says_error(429, "");
    says_secret("token");
    EXPECT_EQ(secrets().read("aws-sm:bank")->reveal(), "token");
    EXPECT_GT(times_.passed, 200ms);
    EXPECT_LT(times_.passed, 5s);
}

TEST_F(AwsTest, a_clock_that_is_off_is_allowed_for_and_said) {
    const auto aws = client();
    const SecretsManagerScheme scheme(aws, times_.surroundings());
    const HttpFields theirs{{"Date", "Mon, 30 Nov 2026 21:00:00 GMT"}};
    http_->says(403,
                R"({"__type":"InvalidSignatureException","message":"Signature expired: x is now )"
                R"(earlier than y"})",
                theirs);
    says_secret("token");
    EXPECT_EQ(scheme.read("aws-sm:bank")->reveal(), "token");
    EXPECT_EQ(http_->seen[1].field("X-Amz-Date"), "20261130T210000Z");
    EXPECT_EQ(aws->clock_offset(), 3600s);
    for (int i = 0; i < 2; ++i)
        says_error(400, "RequestExpired", theirs);
    const auto refused = scheme.read("aws-sm:bank");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::aws_clock_skew);
    EXPECT_TRUE(refused.error().detail.contains("3600 s off")) << refused.error().detail;
    http_->says(403, R"({"__type":"InvalidSignatureException","message":"does not match"})");
    EXPECT_EQ(scheme.read("aws-sm:bank").error().code, Code::aws_denied)
        << "a signature that is wrong is no matter of time";
}

TEST_F(AwsTest, a_region_is_named_and_never_guessed) {
    const auto none = [] {
        return Environment::of(
            {{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "B"}, {"HOME", "/nonexistent"}});
    };
    EXPECT_EQ(secrets(none()).read("aws-sm:bank").error().code, Code::value_invalid);
    EXPECT_TRUE(http_->seen.empty());
    says_secret("token");
    EXPECT_TRUE(secrets(none(), in_region("us-east-1")).read("aws-sm:bank").has_value());
    EXPECT_TRUE(http_->seen[0].url.contains(".us-east-1.")) << http_->seen[0].url;
    says_secret("token");
    EXPECT_TRUE(secrets(none(), in_region("us-east-1")).read("aws-sm:bank?region=eu-west-1"));
    EXPECT_TRUE(http_->seen[1].url.contains(".eu-west-1.")) << http_->seen[1].url;
}

// What is kept.

TEST_F(AwsTest, a_secret_is_kept_until_it_is_old_or_doubted) {
    const auto scheme = secrets();
    const auto read = [&](Freshness freshness) {
        const auto secret = scheme.read_kept("aws-sm:bank", freshness);
        return secret ? std::string(secret->reveal()) : "none";
    };
    says_secret("first");
    EXPECT_EQ(read(Freshness::usual), "first");
    EXPECT_EQ(read(Freshness::usual), "first");
    EXPECT_EQ(read(Freshness::doubted), "first") << "it was read just now";
    EXPECT_EQ(http_->seen.size(), 1u);
    EXPECT_FALSE(scheme.take_due());
    times_.passed += 30s;
    says_secret("second");
    EXPECT_EQ(read(Freshness::doubted), "second");
    says_secret("third");
    EXPECT_EQ(read(Freshness::now), "third");
    times_.passed += 301s;
    EXPECT_TRUE(scheme.take_due());
    EXPECT_FALSE(scheme.take_due()) << "once";
    says_secret("fourth");
    EXPECT_EQ(read(Freshness::usual), "fourth");
    EXPECT_EQ(http_->seen.size(), 4u);
}

TEST_F(AwsTest, a_version_that_is_pinned_is_read_once) {
    const auto scheme = secrets();
    says_secret("first");
    for (const Freshness freshness : {Freshness::usual, Freshness::now, Freshness::doubted}) {
        times_.passed += 1h;
        EXPECT_EQ(scheme.read_kept("aws-sm:bank?version-id=v1", freshness)->reveal(), "first");
    }
    EXPECT_EQ(http_->seen.size(), 1u);
}

TEST_F(AwsTest, a_failure_is_given_again_until_the_next_try) {
    const auto scheme = secrets();
    http_->fails(Code::connect_failed);
    EXPECT_EQ(scheme.read_kept("aws-sm:bank", Freshness::usual).error().code,
              Code::aws_unreachable);
    EXPECT_EQ(scheme.read_kept("aws-sm:bank", Freshness::usual).error().code,
              Code::aws_unreachable);
    EXPECT_EQ(http_->seen.size(), 1u) << "it is not asked at each look";
    times_.passed += 3s;
    says_secret("token");
    EXPECT_TRUE(scheme.read_kept("aws-sm:bank", Freshness::usual).has_value());
}

// Credentials.

class AwsCredentialsTest : public AwsTest {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "aws-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::string put(const std::string& name, std::string_view content, ::mode_t mode = 0600) {
        const std::string path = folder_ / name;
        std::ofstream(path) << content;
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }
    Result<Credentials> read(std::map<std::string, std::string, std::less<>> variables) {
        variables.try_emplace("HOME", folder_);
        const auto environment = Environment::of(std::move(variables));
        const Settings settings = in_region("eu-west-2");
        return read_credentials({settings, environment, *http_});
    }

    std::filesystem::path folder_;
};

constexpr std::string_view given =
    R"({"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"hush","Token":"t","Expiration":"2026-11-30T21:00:00Z"})";

TEST_F(AwsCredentialsTest, the_first_place_that_is_configured_counts) {
    EXPECT_EQ(read({{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "B"}})->key_id, "A");
    EXPECT_EQ(read({{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_PROFILE", "x"}}).error().code,
              Code::aws_credentials_missing)
        << "it fails, and there is no next one";
    const std::string file = put("credentials", "[default]\naws_access_key_id = P\n"
                                                "aws_secret_access_key = S\n[other]\n"
                                                "aws_access_key_id=O\naws_secret_access_key=S\n"
                                                "aws_session_token = T\n");
    EXPECT_EQ(read({{"AWS_SHARED_CREDENTIALS_FILE", file}})->key_id, "P");
    EXPECT_EQ(read({{"AWS_SHARED_CREDENTIALS_FILE", file}, {"AWS_PROFILE", "other"}})
                  ->session_token.reveal(),
              "T");
    EXPECT_EQ(read({{"AWS_EC2_METADATA_DISABLED", "true"}}).error().code,
              Code::aws_credentials_missing);
    EXPECT_TRUE(http_->seen.empty());
}

TEST_F(AwsCredentialsTest,
       a_profile_file_open_to_others_is_refused_and_what_is_not_supported_is_said) {
    const std::string open =
        put("open", "[default]\naws_access_key_id = P\naws_secret_access_key = hush\n", 0644);
    const auto refused = read({{"AWS_SHARED_CREDENTIALS_FILE", open}});
    EXPECT_EQ(refused.error().code, Code::key_unreadable);
    EXPECT_TRUE(refused.error().detail.contains("chmod 600")) << refused.error().detail;
    for (const std::string_view word : {"credential_process", "sso_session", "role_arn"}) {
        const std::string config =
            put("config", fmt::format("[profile p]\n{} = x\nregion = eu-west-1\n", word), 0644);
        const auto said = read({{"AWS_CONFIG_FILE", config}, {"AWS_PROFILE", "p"}});
        ASSERT_FALSE(said.has_value()) << word;
        EXPECT_EQ(said.error().code, Code::aws_credentials_missing);
        EXPECT_TRUE(said.error().detail.contains("not supported")) << said.error().detail;
    }
    const std::string config = put("config", "[profile p]\nregion = eu-west-1\n", 0644);
    EXPECT_EQ(
        region_of_profile(Environment::of({{"AWS_CONFIG_FILE", config}, {"AWS_PROFILE", "p"}})),
        "eu-west-1");
}

TEST_F(AwsCredentialsTest, a_web_identity_is_exchanged_at_sts) {
    const std::string token = put("token", "identity+/=");
    http_->says(200, "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>"
                     "<Credentials><AccessKeyId>ASIA2</AccessKeyId><SecretAccessKey>hush&amp;s"
                     "</SecretAccessKey><SessionToken>t</SessionToken><Expiration>"
                     "2026-11-30T21:00:00Z</Expiration></Credentials>"
                     "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>");
    const std::map<std::string, std::string, std::less<>> variables{
        {"AWS_WEB_IDENTITY_TOKEN_FILE", token}, {"AWS_ROLE_ARN", "arn:aws:iam::1:role/settled"}};
    const auto credentials = read(variables);
    ASSERT_TRUE(credentials.has_value()) << credentials.error().detail;
    EXPECT_EQ(credentials->secret_key.reveal(), "hush&s");
    EXPECT_EQ(credentials->expires_at, Instant{1'796'072'400'000'000});
    EXPECT_EQ(http_->seen[0].url, "https://sts.eu-west-2.amazonaws.com/");
    EXPECT_TRUE(http_->seen[0].body.contains("WebIdentityToken=identity%2B%2F%3D"));
    http_->says(400,
                "<ErrorResponse><Error><Code>ExpiredTokenException</Code></Error></ErrorResponse>");
    EXPECT_EQ(read(variables).error().code, Code::aws_credentials_expired);
    http_->says(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
    EXPECT_EQ(read(variables).error().code, Code::aws_denied);
}

TEST_F(AwsCredentialsTest, a_container_s_come_from_near_with_its_authorization) {
    http_->says(200, std::string(given));
    EXPECT_EQ(read({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"}})->key_id, "ASIA1");
    EXPECT_EQ(http_->seen[0].url, "http://169.254.170.2/v2/x");
    http_->says(200, std::string(given));
    EXPECT_TRUE(read({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1"},
                      {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", put("pod", "Bearer x\n")}})
                    .has_value());
    EXPECT_EQ(http_->seen[1].field("Authorization"), "Bearer x");
    EXPECT_EQ(read({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.org/"}}).error().code,
              Code::aws_credentials_missing);
    EXPECT_EQ(http_->seen.size(), 2u) << "it is not called";
}

TEST_F(AwsCredentialsTest, an_instance_s_come_by_version_2_alone) {
    http_->says(200, "session");
    http_->says(200, "role name\n");
    http_->says(200, std::string(given));
    EXPECT_EQ(read({})->key_id, "ASIA1");
    EXPECT_EQ(http_->seen[0].method, "PUT");
    EXPECT_EQ(http_->seen[1].field("X-aws-ec2-metadata-token"), "session");
    EXPECT_EQ(http_->seen[2].url,
              "http://169.254.169.254/latest/meta-data/iam/security-credentials/role%20name");
    http_->says(403, "");
    EXPECT_EQ(read({}).error().code, Code::aws_credentials_missing);
    EXPECT_EQ(http_->seen.size(), 4u) << "without a token nothing is asked";
}

TEST_F(AwsCredentialsTest, credentials_are_renewed_before_their_end_and_used_until_it) {
    const Settings settings;
    const auto environment =
        Environment::of({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}, {"HOME", folder_}});
    CredentialKeeper keeper({settings, environment, *http_}, times_.surroundings());
    http_->says(200, std::string(given)); // for an hour
    const auto first = keeper.get();
    times_.passed += 54min;
    EXPECT_EQ(*keeper.get(), *first);
    EXPECT_EQ(http_->seen.size(), 1u);
    times_.passed += 2min;
    http_->fails(Code::connect_failed);
    EXPECT_EQ(*keeper.get(), *first) << "they still hold";
    times_.passed += 4min;
    http_->fails(Code::connect_failed);
    EXPECT_EQ(keeper.get().error().code, Code::aws_unreachable);
}

TEST_F(AwsTest, credentials_that_aws_does_not_take_are_fetched_once_more) {
    const auto scheme = secrets(Environment::of({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"},
                                                 {"AWS_REGION", "eu-west-2"},
                                                 {"HOME", "/nonexistent"}}));
    http_->says(200, std::string(given));
    says_error(400, "ExpiredTokenException");
    std::string fresh(given);
    fresh.replace(fresh.find("ASIA1"), 5, "ASIA9");
    http_->says(200, fresh);
    says_secret("token");
    EXPECT_EQ(scheme.read("aws-sm:bank")->reveal(), "token");
    EXPECT_TRUE(http_->seen[3].field("Authorization").contains("ASIA9"));
    EXPECT_EQ(http_->seen[3].field("X-Amz-Security-Token"), "t");
}

TEST(AwsReply, names_are_plain_and_dates_are_http_s) {
    EXPECT_EQ(error_name({400, {{"x-amzn-ErrorType", "AccessDeniedException:http://x"}}, Secret()}),
              "AccessDeniedException");
    EXPECT_EQ(error_name({400, {}, Secret("<Error><Code>No\nname</Code></Error>")}), "");
    EXPECT_EQ(error_name({500, {}, Secret("<html>")}), "");
    EXPECT_EQ(seconds_of_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777);
    for (const std::string_view text :
         {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Nov -994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT"})
        EXPECT_FALSE(seconds_of_http_date(text)) << text;
    EXPECT_EQ(xml_text("<a><b>x&lt;y</b></a>", "b"), "x<y");
    EXPECT_FALSE(xml_text("<a><b>x</b></a>", "a"));
    EXPECT_FALSE(xml_text("<b>&other;</b>", "b"));
}

} // namespace
} // namespace settled::custody::aws
