#include "connectors/mapped/signature.h"

#include "base/bytes.h"
#include "crypto/hash.h"
#include "crypto/rsa.h"
#include "crypto/webhook_signature.h"
#include "wire/base64.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

namespace settled::connectors::mapped {
namespace {

constexpr Instant now{1'800'000'000'000'000};
constexpr std::string_view body = R"({"amount":1})";

class SignatureTest : public testing::Test {
  protected:
    // The URI of a secret.
    std::string kept(std::string_view name, std::string_view secret) {
        const std::string uri = "file:" + std::string(name);
        secrets_.insert_or_assign(uri, std::string(secret));
        return uri;
    }

    Result<std::unique_ptr<const Signature>> open(const std::string& written) {
        return open_signature(
            wire::JsonDocument::parse(written).value().root(),
            [&](std::string_view uri, const SecretCheck& check) -> Result<Secret> {
                const auto found = secrets_.find(std::string(uri));
                if (found == secrets_.end())
                    return fail(Code::key_unreadable, std::string(uri));
                TRY_VOID(check(found->second));
                return Secret(found->second);
            });
    }
    Code check(const std::string& written, const std::map<std::string, std::string>& headers,
               std::string_view text = body) {
        const auto scheme = open(written);
        EXPECT_TRUE(scheme) << scheme.error().detail;
        const auto result = (*scheme)->check(
            [&](std::string_view name) -> std::optional<std::string_view> {
                const auto found = headers.find(std::string(name));
                return found == headers.end() ? std::nullopt
                                              : std::optional<std::string_view>(found->second);
            },
            text, now);
        return result ? ok : result.error().code;
    }
    static constexpr Code ok = Code::internal; // stands for "no error"

  private:
    std::map<std::string, std::string> secrets_;
};

std::string mac(std::string_view secret, std::string_view text) {
    return to_hex(crypto::Hmac(as_bytes(secret)).of(text));
}

TEST_F(SignatureTest, an_hmac_holds_over_these_bytes_under_any_of_the_secrets) {
    const std::string old_one = "an older secret of ours", new_one = "a newer secret of ours";
    const std::string written = fmt::format(
        R"({{"scheme":"hmac","header":"X-Sig","prefix":"sha256=","secrets":["{}","{}"]}})",
        kept("old", old_one), kept("new", new_one));
    EXPECT_EQ(check(written, {{"X-Sig", "sha256=" + mac(old_one, body)}}), ok);
    EXPECT_EQ(check(written, {{"X-Sig", "sha256=" + mac(new_one, body)}}), ok);
    EXPECT_EQ(check(written, {{"X-Sig", "sha256=" + mac("another secret here", body)}}),
              Code::signature_invalid);
    EXPECT_EQ(check(written, {{"X-Sig", "sha256=" + mac(new_one, body)}}, "{}"),
              Code::signature_invalid);
    EXPECT_EQ(check(written, {}), Code::signature_missing);
    EXPECT_EQ(check(written, {{"X-Sig", mac(new_one, body)}}), Code::signature_malformed);
    EXPECT_EQ(check(written, {{"X-Sig", "sha256=xyz"}}), Code::signature_malformed);
    EXPECT_EQ(check(written, {{"X-Sig", "sha256="}}), Code::signature_malformed);
    // Half of the right one is not right.
    EXPECT_EQ(check(written, {{"X-Sig", "sha256=" + mac(new_one, body).substr(0, 32)}}),
              Code::signature_invalid);
}

TEST_F(SignatureTest, of_several_hmacs_in_one_header_one_must_hold) {
    const std::string ours = "a secret of sixteen bytes";
    const std::string written =
        fmt::format(R"({{"scheme":"hmac","header":"X-Sig","prefix":"sha256=","secrets":["{}"]}})",
                    kept("ours", ours));
    const std::string good = "sha256=" + mac(ours, body);
    const std::string bad = "sha256=" + mac("the provider's other one", body);
    for (const std::string& list : {bad + "," + good, good + "," + bad, good + ", " + bad,
                                    "sha1=00," + good, good + ",", "sha256=xyz," + good})
        EXPECT_EQ(check(written, {{"X-Sig", list}}), ok) << list;
    EXPECT_EQ(check(written, {{"X-Sig", bad + "," + bad}}), Code::signature_invalid);
    EXPECT_EQ(check(written, {{"X-Sig", "sha1=00,sha256=xyz"}}), Code::signature_malformed);
    EXPECT_EQ(check(written, {{"X-Sig", ","}}), Code::signature_malformed);
    std::string many;
    for (int i = 0; i < 8; ++i)
        many += bad + ",";
    EXPECT_EQ(check(written, {{"X-Sig", many + good}}), Code::signature_invalid)
        << "the ninth is not looked at";
}

TEST_F(SignatureTest, a_timestamp_that_is_signed_has_an_age) {
    const std::string secret = "a secret of sixteen bytes";
    const std::string written = fmt::format(
        R"({{"scheme":"hmac","header":"X-Sig","over":"{{header:X-Time}}.{{body}}",
            "timestamp_header":"X-Time","tolerance_seconds":60,"secrets":["{}"]}})",
        kept("timed", secret));
    const auto at = [&](std::string time) {
        return std::map<std::string, std::string>{
            {"X-Time", time}, {"X-Sig", mac(secret, time + "." + std::string(body))}};
    };
    EXPECT_EQ(check(written, at("1800000000")), ok);
    EXPECT_EQ(check(written, at("1799999940")), ok);
    EXPECT_EQ(check(written, at("1799999939")), Code::signature_invalid);
    EXPECT_EQ(check(written, at("1800000061")), Code::signature_invalid);
    EXPECT_EQ(check(written, at("soon")), Code::signature_malformed);
    EXPECT_EQ(check(written, {{"X-Sig", mac(secret, body)}}), Code::signature_missing);
}

TEST_F(SignatureTest, sha512_in_base64) {
    const std::string secret = "a secret of sixteen bytes";
    const std::string written = fmt::format(
        R"({{"scheme":"hmac","hash":"sha512","encoding":"base64","header":"S","secrets":["{}"]}})",
        kept("long", secret));
    const auto right = wire::to_base64(crypto::hmac_sha512(as_bytes(secret), body));
    EXPECT_EQ(check(written, {{"S", right}}), ok);
    EXPECT_EQ(check(written, {{"S", right}}, "other"), Code::signature_invalid);
}

TEST_F(SignatureTest, standard_webhooks) {
    const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const std::string written =
        fmt::format(R"({{"scheme":"standard_webhooks","secrets":["{}"]}})", kept("std", secret));
    const Secret key = crypto::parse_webhook_secret(secret).value();
    const auto at = [&](std::int64_t time) {
        return std::map<std::string, std::string>{
            {"webhook-id", "msg_1"},
            {"webhook-timestamp", std::to_string(time)},
            {"webhook-signature", crypto::webhook_signature(key, "msg_1", time, body)}};
    };
    EXPECT_EQ(check(written, at(1'800'000'000)), ok);
    EXPECT_EQ(check(written, at(1'800'000'000 - 301)), Code::signature_invalid);
    EXPECT_EQ(check(written, at(1'800'000'000), "{}"), Code::signature_invalid);
}

TEST_F(SignatureTest, rsa_and_basic) {
    const auto signer = crypto::software_signer(crypto::generate_rsa_key_pem()).value();
    std::string pem;
    for (const char c : signer->public_key_pem())
        pem.append(c == '\n' ? "\\n" : std::string(1, c));
    const std::string rsa = fmt::format(
        R"({{"scheme":"rsa_sha256","header":"X-Signature-SHA256","encoding":"base64","keys":["{}"]}})",
        pem);
    const std::string right = wire::to_base64(signer->sign(body).value());
    EXPECT_EQ(check(rsa, {{"X-Signature-SHA256", right}}), ok);
    EXPECT_EQ(check(rsa, {{"X-Signature-SHA256", right}}, "{}"), Code::signature_invalid);

    const std::string basic =
        fmt::format(R"({{"scheme":"basic","username":"bank","secrets":["{}"]}})",
                    kept("pw", "correct horse batt"));
    const auto credentials = [](std::string_view pair) {
        return std::map<std::string, std::string>{
            {"Authorization", "Basic " + wire::to_base64(as_bytes(pair))}};
    };
    EXPECT_EQ(check(basic, credentials("bank:correct horse batt")), ok);
    EXPECT_EQ(check(basic, credentials("bank:correct horse bat")), Code::signature_invalid);
    EXPECT_EQ(check(basic, {}), Code::signature_missing);
}

TEST_F(SignatureTest, refuses_what_would_prove_nothing) {
    const std::string good = kept("good", "a secret of sixteen bytes");
    for (const std::string& written :
         {std::string(R"({"scheme":"none"})"), std::string(R"("hmac")"),
          fmt::format(R"({{"scheme":"hmac","header":"S","secrets":[]}})"),
          fmt::format(R"({{"scheme":"hmac","secrets":["{}"]}})", good),
          fmt::format(R"({{"scheme":"hmac","header":"S","over":"x","secrets":["{}"]}})", good),
          fmt::format(R"({{"scheme":"hmac","header":"S","over":"{{body","secrets":["{}"]}})", good),
          fmt::format(R"({{"scheme":"hmac","header":"S","over":"{{bodi}}","secrets":["{}"]}})",
                      good),
          fmt::format(R"({{"scheme":"hmac","header":"S","hash":"md5","secrets":["{}"]}})", good),
          fmt::format(R"({{"scheme":"hmac","header":"S","timestamp_header":"T","secrets":["{}"]}})",
                      good),
          fmt::format(R"({{"scheme":"hmac","header":"S","toleranz":1,"secrets":["{}"]}})", good),
          fmt::format(R"({{"scheme":"basic","username":"a:b","secrets":["{}"]}})", good)}) {
        const auto scheme = open(written);
        ASSERT_FALSE(scheme) << written;
        EXPECT_EQ(scheme.error().code, Code::value_invalid) << written;
    }
    const auto weak = open(
        fmt::format(R"({{"scheme":"hmac","header":"S","secrets":["{}"]}})", kept("w", "short")));
    ASSERT_FALSE(weak);
    EXPECT_EQ(weak.error().code, Code::key_unsuitable);
}

} // namespace
} // namespace settled::connectors::mapped
