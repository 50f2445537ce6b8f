#include "domain/connector.h"

#include <gtest/gtest.h>

namespace settled::domain {
namespace {

TEST(ConnectorSettings, survive_being_stored) {
    const ConnectorSettings settings{.bank_keys = {"-----BEGIN PUBLIC KEY-----\nA\n", "second"},
                                     .signing_key = "file:/etc/settled/signing \"key\".pem",
                                     .signature = R"({"scheme":"basic"})",
                                     .mapping = R"({"type":"/t"})",
                                     .expect_every_seconds = 7200,
                                     .retention_days = 30};
    const auto read = parse_connector_settings(to_json(settings));
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->bank_keys, settings.bank_keys);
    EXPECT_EQ(read->signing_key, settings.signing_key);
    EXPECT_EQ(read->signature, settings.signature);
    EXPECT_EQ(read->mapping, settings.mapping);
    EXPECT_EQ(read->retention_days, 30);
    EXPECT_EQ(read->expect_every_seconds, 7200);

    const auto defaults = parse_connector_settings(to_json({}));
    ASSERT_TRUE(defaults.has_value());
    EXPECT_TRUE(defaults->bank_keys.empty());
    EXPECT_EQ(defaults->retention_days, limits::retention_days_default);
    EXPECT_EQ(defaults->expect_every_seconds, 0) << "a silence means nothing";
}

TEST(ConnectorSettings, of_a_core_bank_survive_being_stored) {
    ConnectorSettings settings;
    settings.api_url = "https://tenant.mambu.com/api";
    settings.api_token = "env:SETTLED_SECRET_MAMBU";
    settings.api_username = "settled";
    settings.webhook_header = "X-Webhook-Secret";
    settings.webhook_username = "mambu";
    settings.webhook_secret = "file:/etc/settled/mambu.secret";
    settings.core_bank = R"({"bank_connector":"clearbank"})";
    const auto read = parse_connector_settings(to_json(settings));
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->api_username, settings.api_username);
    EXPECT_EQ(read->webhook_header, settings.webhook_header);
    EXPECT_EQ(read->webhook_username, settings.webhook_username);
    EXPECT_EQ(read->webhook_secret, settings.webhook_secret);
    EXPECT_EQ(read->core_bank, settings.core_bank);
    EXPECT_TRUE(parse_connector_settings(to_json({}))->core_bank.empty());
}

TEST(ConnectorSettings, incomplete_settings_are_refused) {
    for (const std::string_view text :
         {"", "[]", "{}", R"({"bank_keys":[],"signing_key":"x"})",
          R"({"bank_keys":"k","signing_key":"x","retention_days":1})",
          R"({"bank_keys":[1],"signing_key":"x","retention_days":1})",
          R"({"bank_keys":[],"signing_key":1,"retention_days":1})",
          R"({"bank_keys":[],"signing_key":"x","retention_days":"1"})",
          R"({"bank_keys":[],"signing_key":"x","retention_days":0})",
          R"({"bank_keys":[],"signing_key":"x","retention_days":-1})",
          R"({"bank_keys":[],"signing_key":"x","retention_days":3661})",
          R"({"bank_keys":[],"signing_key":"x","retention_days":4294967297})"})
        EXPECT_FALSE(parse_connector_settings(text).has_value()) << text;
}

TEST(ConnectorName, is_fit_for_a_url) {
    for (const std::string_view name : {"a", "clearbank", "bank-1", "bank_1", "0"})
        EXPECT_TRUE(is_connector_name(name)) << name;
    EXPECT_TRUE(is_connector_name(std::string(63, 'a')));
    EXPECT_FALSE(is_connector_name(std::string(64, 'a')));
    for (const std::string_view name : {"", "A", "a b", "a/b", "a.b", "ä", "a%"})
        EXPECT_FALSE(is_connector_name(name)) << name;
}

} // namespace
} // namespace settled::domain
