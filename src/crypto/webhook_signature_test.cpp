#include "crypto/webhook_signature.h"

#include "wire/base64.h"

#include <gtest/gtest.h>

namespace settled::crypto {
namespace {

using namespace std::literals;

constexpr std::string_view id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t at = 1614265330;
constexpr std::string_view body = R"({"test": 2432232314})";
constexpr std::string_view signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

Secret key() {
    return parse_webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
}

// The vector that the specification's own libraries test with.
TEST(WebhookSignature, knows_the_published_vector) {
    EXPECT_EQ(webhook_signature(key(), id, at, body), signature);
    EXPECT_TRUE(webhook_signature_holds(key(), id, at, body, signature));
}

TEST(WebhookSignature, one_right_signature_among_several_is_enough) {
    const std::string good(signature);
    const std::string wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (const std::string& header :
         {wrong + " " + good, good + " " + wrong, "v1a,zzz " + good, "v2,x " + wrong + " " + good,
          " " + good, good + " ", wrong + "  " + good})
        EXPECT_TRUE(webhook_signature_holds(key(), id, at, body, header)) << header;
}

TEST(WebhookSignature, nothing_else_holds) {
    const std::string bare(signature.substr(3));
    for (const std::string& header :
         {""s, " "s, bare, "v1"s, "v1,"s, "v2," + bare, "v1a," + bare, "V1," + bare, "v1=" + bare,
          "v1,," + bare, "v1," + bare + "=", "v1," + bare.substr(0, 43), "v1," + bare + "," + bare,
          "v1,\t" + bare, "v1,h" + bare.substr(1)})
        EXPECT_FALSE(webhook_signature_holds(key(), id, at, body, header)) << header;
    EXPECT_FALSE(webhook_signature_holds(key(), "msg_other", at, body, signature));
    EXPECT_FALSE(webhook_signature_holds(key(), id, at + 1, body, signature));
    EXPECT_FALSE(webhook_signature_holds(key(), id, at, "{}", signature));
    const Secret other = parse_webhook_secret("whsec_AAAQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
    EXPECT_FALSE(webhook_signature_holds(other, id, at, body, signature));
}

// "a.1" + "2.x" would be the bytes of "a" + "1.2.x".
TEST(WebhookSignature, an_id_cannot_reach_into_the_next_part) {
    const std::string made = webhook_signature(key(), "a", 1, "2.x");
    EXPECT_TRUE(webhook_signature_holds(key(), "a", 1, "2.x", made));
    EXPECT_FALSE(webhook_signature_holds(key(), "a.1", 2, "x", made));
    EXPECT_FALSE(webhook_signature_holds(key(), "", 1, "x", made));
}

TEST(WebhookSignature, secrets_are_read_strictly) {
    const auto of = [](std::size_t bytes) { return "whsec_" + wire::to_base64(Bytes(bytes, 7)); };
    for (const std::size_t bytes : {24u, 32u, 64u})
        EXPECT_EQ(parse_webhook_secret(of(bytes))->bytes().size(), bytes);
    for (const std::string& text :
         {of(23), of(65), ""s, "whsec_"s, of(32).substr(6), "WHSEC_" + of(32).substr(6),
          of(32) + "\n", of(31).substr(0, 48), "whsk_" + of(32).substr(6)}) {
        const auto secret = parse_webhook_secret(text);
        ASSERT_FALSE(secret.has_value()) << text;
        EXPECT_EQ(secret.error().code, Code::value_invalid);
    }
}

TEST(WebhookSignature, generated_secrets_are_read_back) {
    SeededRng rng(1);
    const Secret a = generate_webhook_secret(rng);
    const Secret b = generate_webhook_secret(rng);
    EXPECT_NE(a.reveal(), b.reveal());
    EXPECT_EQ(parse_webhook_secret(a.reveal())->bytes().size(), 32u);
}

} // namespace
} // namespace settled::crypto
