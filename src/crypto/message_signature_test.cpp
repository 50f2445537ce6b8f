// The published vectors of RFC 9421 appendix B and of Standard Webhooks' v1a.
#include "crypto/message_signature.h"

#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/webhook_signature.h"
#include "wire/base64.h"

#include <gtest/gtest.h>

namespace settled::crypto {
namespace {

constexpr std::string_view key_text =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
constexpr std::string_view public_text = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
constexpr std::string_view v1a_signature = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/"
                                           "enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

std::shared_ptr<const Ed25519Key> key() {
    return Ed25519Key::parse(key_text).value();
}

TEST(Ed25519, knows_the_published_v1a_vector) {
    EXPECT_EQ(ed25519_public_text(key()->public_key()), public_text);
    EXPECT_EQ(webhook_signature(*key(), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                                R"({"test": 2432232314})")
                  .value(),
              v1a_signature);
    const auto bytes = wire::parse_base64(v1a_signature.substr(4));
    const std::string message = R"(msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314})";
    EXPECT_TRUE(ed25519_holds(parse_ed25519_public(public_text).value(), message, *bytes));
    EXPECT_FALSE(ed25519_holds(key()->public_key(), message + " ", *bytes));
    Bytes other = *bytes;
    other[5] ^= 1U;
    EXPECT_FALSE(ed25519_holds(key()->public_key(), message, other));
}

TEST(Ed25519, a_new_key_signs_what_its_public_half_verifies) {
    SystemRng rng;
    const Secret text = generate_ed25519_key(rng);
    const auto fresh = Ed25519Key::parse(text.reveal());
    ASSERT_TRUE(fresh.has_value());
    const auto signature = (*fresh)->sign("a message");
    ASSERT_TRUE(signature.has_value());
    EXPECT_TRUE(ed25519_holds((*fresh)->public_key(), "a message", *signature));
    EXPECT_FALSE(ed25519_holds(key()->public_key(), "a message", *signature));
}

TEST(Ed25519, a_text_that_is_no_key_is_refused) {
    std::string crossed(key_text);
    crossed[crossed.size() - 5] = crossed[crossed.size() - 5] == 'A' ? 'B' : 'A';
    for (const std::string& text : {std::string("whsec_AAAA"), std::string("whsk_AAAA"),
                                    std::string(key_text.substr(0, 40)), crossed})
        EXPECT_FALSE(Ed25519Key::parse(text).has_value()) << text.size();
}

// RFC 8037 appendix A.3.
TEST(Ed25519, a_key_is_named_by_its_thumbprint) {
    const auto x = wire::parse_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    Ed25519PublicKey rfc{};
    std::ranges::copy(*x, rfc.begin());
    EXPECT_EQ(ed25519_key_id(rfc), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    EXPECT_EQ(ed25519_jwk(rfc),
              R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",)"
              R"("kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","alg":"EdDSA","use":"sig"})");
}

TEST(MessageSignature, knows_the_vector_of_appendix_b_2_5) {
    const std::vector<MessageComponent> components{{"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
                                                   {"@authority", "example.com"},
                                                   {"content-type", "application/json"}};
    const std::string parameters =
        signature_parameters(components, {1618884473, "test-shared-secret", ""});
    EXPECT_EQ(signature_input_field("sig-b25", parameters),
              "sig-b25=(\"date\" \"@authority\" \"content-type\");created=1618884473"
              ";keyid=\"test-shared-secret\"");
    const auto secret = wire::parse_base64(
        "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==");
    EXPECT_EQ(signature_field("sig-b25", Hmac(*secret).of(signature_base(components, parameters))),
              "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:");
}

TEST(MessageSignature, knows_the_vector_of_appendix_b_2_6) {
    const std::vector<MessageComponent> components{{"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
                                                   {"@method", "POST"},
                                                   {"@path", "/foo"},
                                                   {"@authority", "example.com"},
                                                   {"content-type", "application/json"},
                                                   {"content-length", "18"}};
    const auto x = wire::parse_base64("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=");
    const auto seed = wire::parse_base64("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=");
    Bytes both = *seed;
    both.insert(both.end(), x->begin(), x->end());
    const auto signer = Ed25519Key::parse("whsk_" + wire::to_base64(both));
    ASSERT_TRUE(signer.has_value());
    const std::string parameters =
        signature_parameters(components, {1618884473, "test-key-ed25519", ""});
    const auto signature = (*signer)->sign(signature_base(components, parameters));
    EXPECT_EQ(signature_field("sig-b26", *signature),
              "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQ"
              "v5lIp5WPpBKRCw==:");
}

// RFC 9530 appendix B: the digest of {"hello": "world"} and a line feed.
TEST(MessageSignature, a_body_has_its_digest) {
    EXPECT_EQ(content_digest("{\"hello\": \"world\"}\n"),
              "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
}

} // namespace
} // namespace settled::crypto
