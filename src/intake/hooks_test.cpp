#include "intake/hooks.h"

#include "crypto/hash.h"
#include "flow/source.h"
#include "store/inbox.h"
#include "store/sqlite/sqlite_store.h"
#include "store/testing.h"
#include "wire/base64.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

namespace settled::intake {
namespace {

// One RSA key pair for each side; making them costs a tenth of a second.
struct Keys {
    std::string ours_pem = crypto::generate_rsa_key_pem();
    std::shared_ptr<crypto::Signer> bank =
        crypto::software_signer(crypto::generate_rsa_key_pem()).value();
    std::shared_ptr<crypto::Signer> next_bank =
        crypto::software_signer(crypto::generate_rsa_key_pem()).value();
    std::shared_ptr<crypto::Signer> stranger =
        crypto::software_signer(crypto::generate_rsa_key_pem()).value();
};
const Keys& keys() {
    static const Keys all;
    return all;
}

class HooksTest : public testing::Test {
  protected:
    HooksTest() {
        directory_ = testing::TempDir() + "hooks_XXXXXX";
        EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
        const std::string key_file = directory_ + "/ours.pem";
        std::ofstream(key_file) << keys().ours_pem;
        ::chmod(key_file.c_str(), 0600);
        store_ = store::sqlite::open({.directory = directory_}).value();
        hooks_ = std::make_unique<Hooks>(*store_, context_, sources_, clock_, metrics_);
        flow::SourceSettings settings;
        settings.bank_keys = {keys().bank->public_key_pem(), keys().next_bank->public_key_pem()};
        settings.signing_key = "file:" + key_file;
        sources_.load(
            {{TenantId{1}, SourceId{5}, "clearbank", "clearbank", flow::to_json(settings), {}}});
    }
    ~HooksTest() override {
        store_->stop();
        std::filesystem::remove_all(directory_);
    }

    static std::string body(std::string_view nonce, std::string_view payload = R"("test me")") {
        return fmt::format(R"({{"Type":"FITestEvent","Version":1,"Payload":{},"Nonce":{}}})",
                           payload, nonce);
    }
    static net::Request signed_by(crypto::Signer& signer, std::string text) {
        net::Request request;
        request.fields.add("DigitalSignature", wire::to_base64(signer.sign(text).value()));
        request.body = std::move(text);
        return request;
    }
    Result<net::Response> receive(net::Request request, std::string source = "clearbank") {
        std::optional<Result<net::Response>> answer;
        const store::testing::Loop io; // the store may still be on its way out of post()
        boost::asio::co_spawn(*io, keep(*hooks_, std::move(source), std::move(request), answer),
                              boost::asio::detached);
        io->run();
        return std::move(*answer);
    }
    static Task<> keep(Hooks& hooks, std::string source, net::Request request,
                       std::optional<Result<net::Response>>& into) {
        into.emplace(co_await hooks.receive(std::move(source), std::move(request)));
    }
    std::size_t webhooks_stored() {
        std::size_t count = 0;
        const store::testing::Loop io; // the store may still be on its way out of post()
        boost::asio::co_spawn(*io, count_webhooks(*store_, count), boost::asio::detached);
        io->run();
        return count;
    }
    static Task<> count_webhooks(store::Store& store, std::size_t& count) {
        const auto rows =
            co_await store.read<std::vector<store::WebhookRow>>([](store::Session& s) {
                return store::list_webhooks(s, TenantId{1},
                                            std::numeric_limits<std::int64_t>::max(), 100);
            });
        count = rows.value().size();
    }

    std::string directory_;
    SystemClock clock_;
    IdMint ids_{clock_, 0};
    units::TenantKeys tenant_keys_{Secret("master")};
    units::Context context_{ids_, tenant_keys_};
    observe::Metrics metrics_;
    SourceBook sources_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<Hooks> hooks_;
};

TEST_F(HooksTest, an_authentic_webhook_is_stored_and_answered_with_the_signed_nonce) {
    const auto answer = receive(signed_by(*keys().bank, body("9223372036854775807")));
    ASSERT_TRUE(answer.has_value()) << answer.error().detail;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, R"({"Nonce":9223372036854775807})") << "64 bits, exactly";
    const auto verifier = crypto::Verifier::from_pem(
                              crypto::software_signer(keys().ours_pem).value()->public_key_pem())
                              .value();
    const auto signature = wire::parse_base64(*answer->fields.find("DigitalSignature")).value();
    EXPECT_TRUE(verifier->verify(answer->body, signature));
    EXPECT_EQ(webhooks_stored(), 1U);
}

TEST_F(HooksTest, both_of_the_banks_keys_are_valid_while_it_changes_them) {
    EXPECT_TRUE(receive(signed_by(*keys().bank, body("1"))).has_value());
    EXPECT_TRUE(receive(signed_by(*keys().next_bank, body("2"))).has_value());
}

TEST_F(HooksTest, checks_come_in_their_order_and_store_nothing) {
    net::Request unsigned_request;
    unsigned_request.body = body("1");
    net::Request garbled = unsigned_request;
    garbled.fields.add("DigitalSignature", "no base64!");
    net::Request tampered = signed_by(*keys().bank, body("1"));
    tampered.body.back() = ' ';
    struct Case {
        net::Request request;
        std::string source;
        Code code;
    };
    const Case table[] = {
        {signed_by(*keys().bank, body("1")), "nobody", Code::source_unknown},
        {unsigned_request, "clearbank", Code::signature_missing},
        {garbled, "clearbank", Code::signature_malformed},
        {tampered, "clearbank", Code::signature_invalid},
        {signed_by(*keys().stranger, body("1")), "clearbank", Code::signature_invalid},
        {signed_by(*keys().stranger, "not json"), "clearbank", Code::signature_invalid},
        {signed_by(*keys().bank, "not json"), "clearbank", Code::webhook_unreadable},
        {signed_by(*keys().bank, body("1.5")), "clearbank", Code::webhook_unreadable},
    };
    for (const Case& c : table) {
        const auto answer = receive(c.request, c.source);
        ASSERT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error().code, c.code) << info(answer.error().code).token;
    }
    EXPECT_EQ(webhooks_stored(), 0U);
    EXPECT_THAT(
        metrics_.text(),
        testing::HasSubstr(R"(settled_webhooks_refused_total{code="signature_invalid"} 3)"));
}

TEST_F(HooksTest, there_is_no_answer_of_success_when_the_store_cannot_commit) {
    store_->stop();
    const auto answer = receive(signed_by(*keys().bank, body("1")));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(info(answer.error().code).http_status, 503);
}

TEST_F(HooksTest, a_source_whose_key_cannot_be_opened_is_unknown_until_it_can) {
    flow::SourceSettings settings;
    settings.bank_keys = {keys().bank->public_key_pem()};
    settings.signing_key = "file:" + directory_ + "/not-there.pem";
    sources_.load(
        {{TenantId{1}, SourceId{5}, "clearbank", "clearbank", flow::to_json(settings), {}}});
    EXPECT_EQ(receive(signed_by(*keys().bank, body("1"))).error().code, Code::source_unknown);
}

class MappedHooksTest : public HooksTest {
  protected:
    MappedHooksTest() {
        const std::string path = directory_ + "/secret";
        std::ofstream(path) << secret;
        ::chmod(path.c_str(), 0600);
        flow::SourceSettings settings;
        settings.signature =
            fmt::format(R"({{"scheme":"hmac","header":"X-Sig","secrets":["file:{}"]}})", path);
        settings.mapping = R"({"type":"/type","id":"/id","settlement":{
            "when":[{"at":"/type","is":["in"]}],"transaction_id":"/id","amount":"/amount",
            "amount_form":"decimal","currency":{"is":"GBP"},"settled_at":"/at",
            "account":{"iban":"/to"}}})";
        sources_.load({{TenantId{1}, SourceId{6}, "other", "mapped", flow::to_json(settings), {}}});
    }
    static net::Request proven(std::string text) {
        net::Request request;
        request.fields.add("X-Sig", to_hex(crypto::Hmac(as_bytes(secret)).of(text)));
        request.body = std::move(text);
        return request;
    }
    static constexpr std::string_view secret = "sixteen bytes or more";
    static constexpr const char* settlement =
        R"({"type":"in","id":"t1","amount":"1.20","at":"2026-11-22T10:00:00Z",
            "to":"GB57CLRB04040100057354"})";
};

TEST_F(MappedHooksTest, a_described_provider_is_proven_stored_and_answered) {
    const auto answer = receive(proven(settlement), "other");
    ASSERT_TRUE(answer.has_value()) << answer.error().detail;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "{}");
    EXPECT_FALSE(answer->fields.find("DigitalSignature"));
    EXPECT_EQ(webhooks_stored(), 1U);
    EXPECT_TRUE(receive(proven(settlement), "other").has_value());
    EXPECT_EQ(webhooks_stored(), 1U) << "the same again has no second effect";
}

TEST_F(MappedHooksTest, a_body_that_is_not_proven_leaves_nothing) {
    net::Request tampered = proven(settlement);
    tampered.body.replace(tampered.body.find("1.20"), 4, "9.99");
    EXPECT_EQ(receive(tampered, "other").error().code, Code::signature_invalid);
    net::Request bare;
    bare.body = settlement;
    EXPECT_EQ(receive(bare, "other").error().code, Code::signature_missing);
    EXPECT_EQ(receive(proven("not json"), "other").error().code, Code::webhook_unreadable);
    EXPECT_EQ(webhooks_stored(), 0U);
}

} // namespace
} // namespace settled::intake
