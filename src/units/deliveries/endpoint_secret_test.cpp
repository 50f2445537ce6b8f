#include "units/deliveries/endpoint_secret.h"

#include <gtest/gtest.h>

namespace settled::units {
namespace {

const Secret master("a master key for tests, 32 bytes");
constexpr EndpointId endpoint{7};

TEST(EndpointSecrets, are_opened_as_they_were_sealed_and_for_no_other_endpoint) {
    SystemRng rng;
    EndpointSecrets secrets;
    secrets.signing = Secret("whsec_a");
    secrets.key_pair = Secret("whsk_b");
    secrets.credential = Secret("pass:1:word\n");
    secrets.headers.emplace_back("");
    secrets.headers.emplace_back("s3:x");
    secrets.client_key = Secret("-----BEGIN\n");
    secrets.previous.push_back({Secret("whsec_old"), Secret(), {12}});
    secrets.previous.push_back({Secret(), Secret("whsk_older"), {11}});
    const Bytes sealed = seal_endpoint_secrets(master, endpoint, secrets, rng);
    const auto opened = open_endpoint_secrets(master, endpoint, sealed, false);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->signing.reveal(), "whsec_a");
    EXPECT_EQ(opened->key_pair.reveal(), "whsk_b");
    EXPECT_EQ(opened->credential.reveal(), "pass:1:word\n");
    ASSERT_EQ(opened->headers.size(), 2);
    EXPECT_EQ(opened->headers[0].reveal(), "");
    EXPECT_EQ(opened->headers[1].reveal(), "s3:x");
    EXPECT_EQ(opened->client_key.reveal(), "-----BEGIN\n");
    ASSERT_EQ(opened->previous.size(), 2);
    EXPECT_EQ(opened->previous[0].signing.reveal(), "whsec_old");
    EXPECT_EQ(opened->previous[0].until.us, 12);
    EXPECT_EQ(opened->previous[1].key_pair.reveal(), "whsk_older");
    EXPECT_FALSE(open_endpoint_secrets(master, EndpointId{8}, sealed, false).has_value());
}

TEST(EndpointSecrets, include_what_an_older_version_sealed) {
    SystemRng rng;
    const Secret key = crypto::derive_key(master, "seal");
    const Bytes old = crypto::seal(key, "whsec_a", to_string(endpoint), rng);
    EXPECT_EQ(open_endpoint_secrets(master, endpoint, old, false)->signing.reveal(), "whsec_a");
    EXPECT_EQ(open_endpoint_secrets(master, endpoint, old, true)->credential.reveal(), "whsec_a");
}

TEST(EndpointSecrets, a_retired_one_is_kept_until_its_time_and_no_more_than_four) {
    EndpointSecrets secrets;
    secrets.signing = Secret("whsec_0");
    for (std::int64_t i = 1; i <= 6; ++i) {
        retire_secrets(secrets, {100 + i}, {i});
        secrets.signing = Secret("whsec_" + std::to_string(i));
    }
    ASSERT_EQ(secrets.previous.size(), previous_secrets_max);
    EXPECT_EQ(secrets.previous[0].signing.reveal(), "whsec_5") << "the newest first";
    retire_secrets(secrets, {105}, {105});
    ASSERT_EQ(secrets.previous.size(), 1) << "at once, and what is over goes";
    EXPECT_EQ(secrets.previous[0].until.us, 106);
}

} // namespace
} // namespace settled::units
