#include "intake/push_dialect.h"

#include "wire/base64.h"
#include "wire/json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace settled::intake {
namespace {

constexpr std::int64_t now_seconds = 1'795'687'200;
constexpr Instant now{now_seconds * 1'000'000};
constexpr std::string_view account = "push@project.iam.gserviceaccount.com";

struct Keys {
    std::shared_ptr<crypto::Signer> google =
        crypto::software_signer(crypto::generate_rsa_key_pem()).value();
    std::shared_ptr<crypto::Signer> next =
        crypto::software_signer(crypto::generate_rsa_key_pem()).value();
};
const Keys& keys() {
    static const Keys all;
    return all;
}

std::string base64url(std::string_view text) {
    std::string out = wire::to_base64(as_bytes(text));
    while (out.ends_with('='))
        out.pop_back();
    for (char& c : out)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return out;
}

struct Token {
    std::string header = R"({"alg":"RS256","kid":"k1","typ":"JWT"})";
    std::string issuer = "https://accounts.google.com";
    std::string audience = "https://settled.example/hooks/push";
    std::string email = std::string(account);
    std::string verified = "true";
    std::string times = fmt::format(R"("iat":{},"exp":{})", now_seconds - 1800, now_seconds + 1800);
    std::shared_ptr<crypto::Signer> signer = keys().google;

    std::string text() const {
        const std::string claims = fmt::format(
            R"({{"aud":"{}","azp":"1","email":"{}","email_verified":{},"iss":"{}","sub":"1",{}}})",
            audience, email, verified, issuer, times);
        const std::string text = base64url(header) + "." + base64url(claims);
        return text + "." + base64url(as_text(signer->sign(text).value()));
    }
};

constexpr std::string_view payment =
    R"({"client_id":"order-1","amount":{"value":"12.34","currency":"GBP"},"payee":{"iban":"GB57CLRB04040100057354"}})";

std::string envelope(std::string_view data = payment, std::string_view id = "m-1") {
    return fmt::format(
        R"({{"message":{{"data":"{}","attributes":{{"a":"b"}},"messageId":"{}","message_id":"{}","publishTime":"2026-11-26T10:00:00Z"}},"subscription":"projects/p/subscriptions/s","deliveryAttempt":1}})",
        wire::to_base64(as_bytes(data)), id, id);
}

connectors::pubsub::PushSettings settings() {
    connectors::pubsub::PushSettings settings;
    settings.audience = Token().audience;
    settings.service_account = account;
    settings.subscription = "projects/p/subscriptions/s";
    settings.token_keys = {{"k1", keys().google->public_key_pem()},
                           {"k2", keys().next->public_key_pem()}};
    return settings;
}

net::Request request(const std::string& token, std::string body = envelope()) {
    net::Request request;
    request.fields.add("Authorization", "Bearer " + token);
    request.body = std::move(body);
    return request;
}

// As a hook does it.
Result<domain::InboundWebhook> take(const net::Request& request,
                                    const connectors::pubsub::PushSettings& with = settings()) {
    const auto dialect = PushDialect::open(with, custody::Custody::of_operator()).value();
    TRY_VOID(dialect->prove(request, now));
    return dialect->read(request.body);
}

Code code_of(const net::Request& request,
             const connectors::pubsub::PushSettings& with = settings()) {
    const auto taken = take(request, with);
    EXPECT_FALSE(taken.has_value());
    return taken ? Code::internal : taken.error().code;
}

TEST(PushDialect, an_authentic_message_is_a_payment_with_its_keys) {
    const auto read = take(request(Token().text()));
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->type, "PaymentPushed");
    EXPECT_EQ(read->unique_id, "order-1");
    EXPECT_EQ(read->dedupe_key, "projects/p/subscriptions/s:m-1");
    const auto* fact = std::get_if<domain::PaymentFact>(&read->fact);
    ASSERT_NE(fact, nullptr);
}

TEST(PushDialect, both_keys_are_valid_while_they_change) {
    Token next;
    next.header = R"({"alg":"RS256","kid":"k2"})";
    next.signer = keys().next;
    EXPECT_TRUE(take(request(next.text())));
}

TEST(PushDialect, each_failure_of_the_token_has_its_code) {
    const auto with = [](auto change) {
        Token token;
        change(token);
        return token.text();
    };
    const auto times = [&](std::int64_t issued, std::int64_t expires) {
        return with([&](Token& t) {
            t.times =
                fmt::format(R"("iat":{},"exp":{})", now_seconds + issued, now_seconds + expires);
        });
    };
    std::string tampered = Token().text();
    tampered[tampered.find('.') + 5] ^= 1;
    std::string unsigned_token = Token().text();
    unsigned_token.resize(unsigned_token.rfind('.') + 1);
    const std::pair<std::string, Code> table[] = {
        {"", Code::token_malformed},
        {"a.b", Code::token_malformed},
        {"a.b.c.d", Code::token_malformed},
        {std::string(20'000, 'a'), Code::token_malformed},
        {with([](Token& t) { t.header = "{"; }), Code::token_malformed},
        {with([](Token& t) { t.header = R"({"alg":"none","kid":"k1"})"; }), Code::token_malformed},
        {with([](Token& t) { t.header = R"({"alg":"HS256","kid":"k1"})"; }), Code::token_malformed},
        {with([](Token& t) { t.header = R"({"alg":"RS256"})"; }), Code::token_malformed},
        {with([](Token& t) { t.header = R"({"alg":"RS256","kid":"k1","crit":["x"]})"; }),
         Code::token_malformed},
        {with([](Token& t) { t.header = R"({"alg":"RS256","kid":"k3"})"; }),
         Code::token_key_unknown},
        {with([](Token& t) { t.signer = keys().next; }), Code::token_invalid},
        {tampered, Code::token_invalid},
        {unsigned_token, Code::token_invalid},
        {with([](Token& t) { t.issuer = "https://accounts.google.com.evil"; }),
         Code::token_issuer_wrong},
        {with([](Token& t) { t.audience = "https://other.example"; }), Code::token_audience_wrong},
        {with([](Token& t) { t.email = "other@project.iam.gserviceaccount.com"; }),
         Code::token_account_wrong},
        {with([](Token& t) { t.verified = "false"; }), Code::token_account_wrong},
        {with([](Token& t) { t.verified = "\"true\""; }), Code::token_account_wrong},
        {with([](Token& t) { t.times = R"("iat":1)"; }), Code::token_malformed},
        {times(-7200, -61), Code::token_expired},
        {times(61, 3600), Code::token_expired},
    };
    for (const auto& [token, code] : table)
        EXPECT_EQ(info(code_of(request(token))).token, info(code).token) << token;
    for (const std::string& good : {times(-7200, -59), times(59, 3600)})
        EXPECT_TRUE(take(request(good))) << "within skew";
    net::Request without;
    without.body = envelope();
    EXPECT_EQ(code_of(without), Code::token_missing);
    without.fields.add("Authorization", "Basic abc");
    EXPECT_EQ(code_of(without), Code::token_missing);
    without.fields.add("Authorization", "Bearer " + Token().text());
    EXPECT_EQ(code_of(without), Code::token_malformed) << "twice";
}

TEST(PushDialect, the_members_that_a_message_lacks_are_named_after_the_token_holds) {
    const std::string token = Token().text();
    connectors::pubsub::PushSettings other = settings();
    other.subscription = "projects/p/subscriptions/other";
    EXPECT_EQ(code_of(request(token), other), Code::subscription_unknown);
    const std::pair<std::string, Code> table[] = {
        {"", Code::webhook_unreadable},
        {"[]", Code::webhook_unreadable},
        {R"({"message":{"data":"e30="},"subscription":"projects/p/subscriptions/s"})",
         Code::webhook_unreadable},
        {R"({"message":{"data":"e30","messageId":"1"},"subscription":"projects/p/subscriptions/s"})",
         Code::webhook_unreadable},
        {R"({"message":{"messageId":"1"},"subscription":"projects/p/subscriptions/s"})",
         Code::webhook_unreadable},
        {envelope("{"), Code::json_invalid},
        {envelope("{}"), Code::member_missing},
        {envelope(payment, ""), Code::webhook_unreadable},
    };
    for (const auto& [body, code] : table)
        EXPECT_EQ(info(code_of(request(token, body))).token, info(code).token) << body;
    net::Request stranger = request("a.b.c", "not json");
    EXPECT_EQ(code_of(stranger), Code::token_malformed);
}

TEST(PushSettings, are_read_strictly) {
    const auto parse = [](const std::string& text) {
        const auto document = wire::JsonDocument::parse(text);
        return connectors::pubsub::PushSettings::parse(document.value().root());
    };
    const std::string good =
        R"("audience":"a","service_account":"b","format":"yapily","jwks_file":"/etc/jwks.json")";
    const auto read = parse("{" + good + "}");
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->format, payloads::PaymentFormat::yapily);
    EXPECT_EQ(read->subscription, "");
    const std::pair<std::string, Code> table[] = {
        {"{}", Code::member_missing},
        {"[]", Code::value_invalid},
        {"{" + good + R"(,"more":1})", Code::member_unknown},
        {R"({"audience":"a","service_account":"b","format":"yapily"})", Code::member_missing},
        {R"({"audience":"a","service_account":"b","jwks_file":"x"})", Code::member_missing},
        {R"({"audience":"a","service_account":"b","format":"xml","jwks_file":"x"})",
         Code::value_invalid},
        {"{" + good + R"(,"token_keys":{"k":"no PEM"}})", Code::value_invalid},
        {"{" + good + R"(,"token_keys":["k"]})", Code::value_invalid},
    };
    for (const auto& [text, code] : table) {
        const auto refused = parse(text);
        ASSERT_FALSE(refused.has_value()) << text;
        EXPECT_EQ(info(refused.error().code).token, info(code).token) << text;
    }
}

// As Google changes keys: the new one is published before it is used.
TEST(TokenKeys, a_key_that_was_added_to_the_file_is_found_and_one_taken_out_is_not) {
    const std::string path = ::testing::TempDir() + "token_keys_test.json";
    const auto write = [&](std::string_view id) {
        std::ofstream(path) << fmt::format(
            R"({{"keys":[{{"kty":"RSA","kid":"{}","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}}]}})",
            id);
    };
    using namespace std::chrono_literals;
    write("a");
    const auto made = TokenKeys::open({}, path, custody::Custody::of_operator());
    ASSERT_TRUE(made.has_value()) << made.error().detail;
    const TokenKeys& keys = **made;
    // As a hook looks a key up.
    const auto finds = [&](std::string_view id, Instant when) {
        if (keys.takes_refresh(id, when))
            keys.refresh();
        return keys.find(id) != nullptr;
    };
    EXPECT_TRUE(finds("a", now));
    EXPECT_FALSE(finds("b", now));
    write("b");
    EXPECT_FALSE(finds("b", now + 1s)) << "a stranger cannot make us read all the time";
    EXPECT_TRUE(finds("b", now + 6s));
    EXPECT_FALSE(finds("a", now + 6s));
    std::filesystem::remove(path);
    EXPECT_TRUE(finds("b", now + 10min)) << "a file that is gone takes no key away";
    EXPECT_FALSE(keys.takes_refresh("c", now + 10min)) << "one look serves all that ask meanwhile";
}

} // namespace
} // namespace settled::intake
