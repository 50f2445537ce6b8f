#include "intake/hooks.h"

#include "crypto/hash.h"
#include "domain/connector.h"
#include "store/queries/inbox.h"
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
        put_key(key_file);
        store_ = store::sqlite::open({.directory = directory_}).value();
        hooks_ =
            std::make_unique<Hooks>(*store_, context_, connectors_, key_desk_, clock_, metrics_);
        load({connector("clearbank", "file:" + key_file)});
    }
    ~HooksTest() override {
        store_->stop();
        std::filesystem::remove_all(directory_);
    }

    static void put_key(const std::string& path) {
        std::ofstream(path, std::ios::trunc) << keys().ours_pem;
        ::chmod(path.c_str(), 0600);
    }
    static store::ConnectorRow connector(std::string_view name, std::string signing_key,
                                         std::int64_t id = 5) {
        domain::ConnectorSettings settings;
        settings.bank_keys = {keys().bank->public_key_pem(), keys().next_bank->public_key_pem()};
        settings.signing_key = std::move(signing_key);
        return {TenantId{1}, ConnectorId{id},           std::string(name),
                "clearbank", domain::to_json(settings), {}};
    }
    void load(std::vector<store::ConnectorRow> rows) {
        connectors_.load({std::move(rows), {}}, connectors_.next_edition());
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
    Result<net::Response> receive(net::Request request, std::string connector = "clearbank") {
        std::optional<Result<net::Response>> answer;
        const store::testing::Loop io; // the store may still be on its way out of post()
        boost::asio::co_spawn(*io, keep(*hooks_, std::move(connector), std::move(request), answer),
                              boost::asio::detached);
        io->run();
        return std::move(*answer);
    }
    static Task<> keep(Hooks& hooks, std::string connector, net::Request request,
                       std::optional<Result<net::Response>>& into) {
        into.emplace(co_await hooks.receive(std::move(connector), std::move(request)));
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
    custody::KeyDesk key_desk_;
    ConnectorCache connectors_;
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
        std::string connector;
        Code code;
    };
    const Case table[] = {
        {signed_by(*keys().bank, body("1")), "nobody", Code::connector_unknown},
        {unsigned_request, "clearbank", Code::signature_missing},
        {garbled, "clearbank", Code::signature_malformed},
        {tampered, "clearbank", Code::signature_invalid},
        {signed_by(*keys().stranger, body("1")), "clearbank", Code::signature_invalid},
        {signed_by(*keys().stranger, "not json"), "clearbank", Code::signature_invalid},
        {signed_by(*keys().bank, "not json"), "clearbank", Code::webhook_unreadable},
        {signed_by(*keys().bank, body("1.5")), "clearbank", Code::webhook_unreadable},
    };
    for (const Case& c : table) {
        const auto answer = receive(c.request, c.connector);
        ASSERT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error().code, c.code) << info(answer.error().code).token;
    }
    EXPECT_EQ(webhooks_stored(), 0U);
    EXPECT_THAT(
        metrics_.text(),
        testing::HasSubstr(
            R"(settled_webhooks_refused_total{code="signature_invalid",connector="clearbank"} 3)"));
    EXPECT_THAT(
        metrics_.text(),
        testing::HasSubstr(
            R"(settled_webhooks_refused_total{code="connector_unknown",connector="unknown"} 1)"));
}

TEST_F(HooksTest, there_is_no_answer_of_success_when_the_store_cannot_commit) {
    store_->stop();
    const auto answer = receive(signed_by(*keys().bank, body("1")));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(info(answer.error().code).http_status, 503);
}

TEST_F(HooksTest, a_connector_whose_key_was_never_opened_asks_for_the_webhook_again_until_it_is) {
    const std::string key_file = directory_ + "/late.pem";
    const auto late = connector("late", "file:" + key_file, 6);
    load({connector("clearbank", "file:" + directory_ + "/ours.pem"), late});
    EXPECT_EQ(receive(signed_by(*keys().bank, body("1")), "late").error().code,
              Code::key_unavailable);
    EXPECT_EQ(connectors_.unavailable(), std::vector<std::string>{"late"});
    EXPECT_TRUE(connectors_.has_trouble());
    EXPECT_TRUE(receive(signed_by(*keys().bank, body("1"))).has_value()) << "the other goes on";
    EXPECT_EQ(webhooks_stored(), 1U);

    put_key(key_file);
    load({connector("clearbank", "file:" + directory_ + "/ours.pem"), late});
    EXPECT_TRUE(receive(signed_by(*keys().bank, body("1")), "late").has_value());
    EXPECT_TRUE(connectors_.unavailable().empty());
    EXPECT_FALSE(connectors_.has_trouble());
}

TEST_F(HooksTest, an_open_key_stays_in_use_whatever_becomes_of_its_file) {
    const std::string key_file = directory_ + "/ours.pem";
    const auto ours = connector("clearbank", "file:" + key_file);
    const auto is_taken = [&](std::string nonce) {
        return receive(signed_by(*keys().bank, body(nonce))).has_value();
    };
    std::filesystem::permissions(key_file, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    load({ours, connector("other", "file:" + key_file + ".absent", 6)});
    EXPECT_TRUE(is_taken("1")) << "while another connector is changed";
    EXPECT_TRUE(connectors_.has_trouble()) << "it is looked at again";

    std::ofstream(key_file, std::ios::trunc) << "no key at all";
    ::chmod(key_file.c_str(), 0600);
    auto changed = ours;
    auto settings = domain::parse_connector_settings(ours.settings).value();
    settings.bank_keys = {keys().next_bank->public_key_pem()};
    changed.settings = domain::to_json(settings);
    load({changed});
    EXPECT_FALSE(is_taken("2")) << "a bank's key that was taken out counts no more";
    EXPECT_TRUE(receive(signed_by(*keys().next_bank, body("3"))).has_value());
    EXPECT_TRUE(connectors_.unavailable().empty());

    std::filesystem::remove(key_file);
    load({ours});
    EXPECT_TRUE(is_taken("4"));
    put_key(key_file);
    load({ours});
    EXPECT_FALSE(connectors_.has_trouble());

    load({});
    std::filesystem::remove(key_file);
    load({ours});
    EXPECT_EQ(connectors_.unavailable().size(), 1U)
        << "a connector that was removed leaves no key behind";
}

TEST_F(HooksTest,
       before_the_connectors_are_read_no_sender_is_answered_that_its_connector_is_unknown) {
    const ConnectorCache unread;
    hooks_ = std::make_unique<Hooks>(*store_, context_, unread, key_desk_, clock_, metrics_);
    EXPECT_EQ(receive(signed_by(*keys().bank, body("1"))).error().code, Code::key_unavailable);
}

TEST_F(HooksTest, an_earlier_list_of_connectors_does_not_replace_a_later_one) {
    const std::uint64_t earlier = connectors_.next_edition();
    load({connector("clearbank", "file:" + directory_ + "/ours.pem"),
          connector("added", "file:" + directory_ + "/ours.pem", 6)});
    connectors_.load({{connector("clearbank", "file:" + directory_ + "/ours.pem")}, {}}, earlier);
    EXPECT_NE(connectors_.find("added"), nullptr);
}

TEST_F(HooksTest, a_file_named_by_a_tenant_is_opened_in_its_own_directory_alone) {
    const std::string secrets = directory_ + "/secrets/main";
    std::filesystem::create_directories(secrets);
    put_key(secrets + "/mine.pem");
    const auto opens = [&](std::string signing_key, bool is_tenants) {
        auto row = connector("clearbank", std::move(signing_key));
        auto settings = domain::parse_connector_settings(row.settings).value();
        settings.files_are_tenants = is_tenants;
        row.settings = domain::to_json(settings);
        ConnectorCache book;
        book.load({{row}, {{TenantId{1}, secrets}}}, book.next_edition());
        return book.unavailable().empty();
    };
    EXPECT_TRUE(opens("file:mine.pem", true));
    EXPECT_TRUE(opens("file:" + secrets + "/mine.pem", true));
    EXPECT_FALSE(opens("file:" + directory_ + "/ours.pem", true));
    EXPECT_TRUE(opens("file:" + directory_ + "/ours.pem", false));
}

class MappedHooksTest : public HooksTest {
  protected:
    MappedHooksTest() {
        const std::string path = directory_ + "/secret";
        std::ofstream(path) << secret;
        ::chmod(path.c_str(), 0600);
        domain::ConnectorSettings settings;
        settings.signature =
            fmt::format(R"({{"scheme":"hmac","header":"X-Sig","secrets":["file:{}"]}})", path);
        settings.mapping = R"({"type":"/type","id":"/id","settlement":{
            "when":[{"at":"/type","is":["in"]}],"transaction_id":"/id","amount":"/amount",
            "amount_form":"decimal","currency":{"is":"GBP"},"settled_at":"/at",
            "account":{"iban":"/to"}}})";
        load({{TenantId{1}, ConnectorId{6}, "other", "mapped", domain::to_json(settings), {}}});
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
