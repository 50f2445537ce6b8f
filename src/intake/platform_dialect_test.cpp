#include "intake/platform_dialect.h"

#include "connectors/clearmatch/settings.h"
#include "store/testing.h"
#include "wire/base64.h"

#include <gtest/gtest.h>

#include <fstream>

#include <sys/stat.h>

namespace settled::intake {
namespace {

class PlatformDialectTest : public testing::Test {
  protected:
    PlatformDialectTest() {
        const std::string file = directory_.file("password");
        std::ofstream(file) << "correct horse battery\n";
        ::chmod(file.c_str(), 0600);
        settings_.webhook_username = "platform";
        settings_.webhook_secret = "file:" + file;
    }
    Result<std::unique_ptr<const Dialect>> open() const {
        return open_dialect(domain::connector_clearmatch, settings_,
                            custody::Custody::of_operator());
    }
    static net::Request request(std::string_view pair) {
        net::Request request;
        if (!pair.empty())
            request.fields.add("Authorization", "Basic " + wire::to_base64(as_bytes(pair)));
        return request;
    }

    store::testing::TemporaryDirectory directory_;
    domain::ConnectorSettings settings_;
};

TEST_F(PlatformDialectTest, believes_the_credentials_and_challenges_all_others) {
    const auto dialect = open();
    ASSERT_TRUE(dialect) << dialect.error().detail;
    EXPECT_TRUE((*dialect)->prove(request("platform:correct horse battery"), {}));
    for (const std::string_view pair :
         {"", "platform:correct horse batter", "other:x", "platform:"}) {
        const auto proof = (*dialect)->prove(request(pair), {});
        ASSERT_FALSE(proof) << pair;
        EXPECT_EQ(info(proof.error().code).http_status, 401);
        EXPECT_EQ(proof.error().challenge, "Basic realm=\"settled\"");
    }
    net::Request twice = request("platform:correct horse battery");
    twice.fields.add("Authorization", "Basic eA==");
    EXPECT_FALSE((*dialect)->prove(twice, {}));
}

TEST_F(PlatformDialectTest, answers_with_an_empty_object_that_is_not_signed) {
    const auto dialect = open();
    ASSERT_TRUE(dialect);
    const auto webhook =
        (*dialect)->read(R"({"id":"A1","notificationType":"t","eventTime":"2017-01-01T00:00:00"})");
    ASSERT_TRUE(webhook) << webhook.error().detail;
    EXPECT_EQ((*dialect)->answer(*webhook), "{}");
    EXPECT_EQ((*dialect)->signer(), nullptr);
}

TEST_F(PlatformDialectTest, keeps_what_it_cannot_read_except_another_partners) {
    connectors::clearmatch::PlatformSettings platform;
    platform.partner_code = "FINCO";
    settings_.platform = to_json(platform);
    const auto dialect = open();
    ASSERT_TRUE(dialect);
    const auto broken = (*dialect)->read("{");
    ASSERT_FALSE(broken);
    EXPECT_TRUE((*dialect)->kept("{", broken.error()));
    const auto other = (*dialect)->read(
        R"({"id":"A1","notificationType":"t","eventTime":"x","partnerCode":"OTHER"})");
    ASSERT_FALSE(other);
    EXPECT_FALSE((*dialect)->kept("", other.error()));
}

TEST_F(PlatformDialectTest, needs_its_password_and_a_zone_that_there_is) {
    connectors::clearmatch::PlatformSettings platform;
    platform.time_zone = "Nowhere/Town";
    settings_.platform = to_json(platform);
    EXPECT_EQ(open().error().code, Code::value_invalid);
    settings_.platform.clear();
    EXPECT_TRUE(open());
    settings_.webhook_secret = "file:" + directory_.file("absent");
    EXPECT_EQ(open().error().code, Code::key_unreadable);
}

} // namespace
} // namespace settled::intake
