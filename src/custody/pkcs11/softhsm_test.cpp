// Keys in a token of SoftHSM 2, as the whole program uses them.
#include "custody/pkcs11/testing.h"

#include "crypto/hash.h"

#include <thread>
#include <vector>

namespace settled::custody::pkcs11 {
namespace {

using namespace std::literals;

class HsmTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!SoftHsm::is_installed())
            GTEST_SKIP() << "SoftHSM 2 is not installed";
        hsm_ = std::make_unique<SoftHsm>();
        hsm_->add_token("main");
        open();
    }
    void open(Settings settings = {.modules = {softhsm_file}}) {
        scheme_.reset();
        scheme_ =
            std::make_unique<Pkcs11Scheme>(std::move(settings), short_waits(), SoftHsm::reader());
    }
    void make_key(const std::string& name = "key", const std::string& more = "") {
        const auto made = scheme_->generate(hsm_->uri("token=main;object=" + name + more), 2048);
        ASSERT_TRUE(made.has_value()) << made.error().detail;
        public_key_ = *made;
    }
    bool verifies(crypto::Signer& signer, std::string_view message) const {
        const auto signature = signer.sign(message);
        return signature && (*crypto::Verifier::from_pem(public_key_))->verify(message, *signature);
    }
    std::shared_ptr<crypto::Signer> signer(const std::string& path = "token=main;object=key",
                                           const std::string& pin = "pin") {
        const auto opened = scheme_->open_signer(hsm_->uri(path, pin));
        EXPECT_TRUE(opened.has_value()) << opened.error().detail;
        return opened.value_or(nullptr);
    }
    void refuses(const std::string& path, Code code, const std::string& pin = "pin") {
        const auto opened = scheme_->open_signer(hsm_->uri(path, pin));
        ASSERT_FALSE(opened.has_value()) << path;
        EXPECT_EQ(opened.error().code, code) << opened.error().detail;
    }

    std::unique_ptr<SoftHsm> hsm_;
    std::unique_ptr<Pkcs11Scheme> scheme_;
    std::string public_key_;
};

TEST_F(HsmTest, a_key_that_was_made_in_the_token_signs_there) {
    make_key();
    const auto key = signer();
    EXPECT_EQ(key->public_key_pem(), public_key_);
    EXPECT_TRUE(verifies(*key, "a webhook's nonce"));
    EXPECT_TRUE(verifies(*key, ""));
    EXPECT_TRUE(key->waits());
    EXPECT_EQ(key->weakness(), "");
    EXPECT_EQ(key->trouble(), std::nullopt);
}

TEST_F(HsmTest, a_key_that_is_imported_is_the_same_key) {
    const std::string pem = crypto::generate_rsa_key_pem();
    const auto imported = scheme_->import_key(hsm_->uri("token=main;object=brought"), Secret(pem));
    ASSERT_TRUE(imported.has_value()) << imported.error().detail;
    EXPECT_EQ(*imported, (*crypto::software_signer(pem))->public_key_pem());
    public_key_ = *imported;
    EXPECT_TRUE(verifies(*signer("token=main;object=brought"), "m"));
}

TEST_F(HsmTest, nothing_is_overwritten) {
    make_key();
    const auto again = scheme_->generate(hsm_->uri("token=main;object=key"), 2048);
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, Code::state_conflict);
    EXPECT_TRUE(verifies(*signer(), "m"));
}

TEST_F(HsmTest, a_token_that_does_not_hash_is_given_the_digest) {
    make_key();
    open({.modules = {softhsm_file}, .mechanism = Mechanism::rsa_pkcs});
    EXPECT_TRUE(verifies(*signer(), "hashed here"));
}

TEST_F(HsmTest, a_uri_must_name_one_private_key) {
    make_key("key", ";id=%01");
    make_key("twin", ";id=%02");
    make_key("other", ";id=%03");
    refuses("token=main;object=none", Code::hsm_key_missing);
    refuses("token=main;object=key;id=%02", Code::hsm_key_missing);
    refuses("token=absent;object=key", Code::hsm_token_missing);
    refuses("token=main;object=key;type=public", Code::key_unsuitable);
    refuses("token=main;serial=ffff;object=key", Code::hsm_token_missing);
    EXPECT_NE(signer("object=key;id=%01;type=private"), nullptr);
    // Two keys of one label differ by their id.
    const auto second = scheme_->import_key(hsm_->uri("token=main;object=twin;id=%04"),
                                            Secret(crypto::generate_rsa_key_pem()));
    ASSERT_TRUE(second.has_value()) << second.error().detail;
    refuses("token=main;object=twin", Code::hsm_key_ambiguous);
    EXPECT_NE(signer("token=main;object=twin;id=%02"), nullptr);
}

TEST_F(HsmTest, only_modules_of_the_settings_are_loaded) {
    make_key();
    const std::string uri = hsm_->uri("token=main;object=key");
    EXPECT_TRUE(scheme_->open_signer(uri + "&module-path=" + softhsm_file).has_value());
    const auto other = scheme_->open_signer(uri + "&module-path=/usr/lib/hush.so");
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().code, Code::value_invalid);
    EXPECT_FALSE(other.error().detail.contains("hush"));
    open({.modules = {}});
    EXPECT_EQ(scheme_->open_signer(uri).error().code, Code::custody_unsupported);
    open({.modules = {"/usr/lib/none.so"}});
    EXPECT_EQ(scheme_->open_signer(uri).error().code, Code::hsm_module_unusable);
}

TEST_F(HsmTest, a_pin_that_was_refused_is_not_tried_again_until_it_changes) {
    make_key();
    open();
    hsm_->put("wrong", "0000");
    refuses("token=main;object=key", Code::hsm_pin_refused, "wrong");
    const auto again = scheme_->open_signer(hsm_->uri("token=main;object=key", "wrong"));
    EXPECT_EQ(again.error().code, Code::hsm_pin_refused);
    EXPECT_TRUE(again.error().detail.contains("not tried again")) << again.error().detail;
    EXPECT_FALSE(again.error().detail.contains("0000"));
    hsm_->put("wrong", "4321");
    EXPECT_TRUE(verifies(*signer("token=main;object=key", "wrong"), "m"));
}

TEST_F(HsmTest, a_wrong_pin_does_not_pass_since_the_token_is_open_for_another_key) {
    make_key();
    const auto key = signer();
    hsm_->put("wrong", "0000");
    refuses("token=main;object=key", Code::hsm_pin_refused, "wrong");
    EXPECT_TRUE(verifies(*key, "the other goes on"));
}

TEST_F(HsmTest, without_a_pin_the_private_key_is_not_seen) {
    make_key();
    open();
    const auto opened = scheme_->open_signer("pkcs11:token=main;object=key");
    ASSERT_FALSE(opened.has_value());
    EXPECT_TRUE(opened.error().detail.contains("pin-source") ||
                opened.error().code == Code::key_unsuitable)
        << opened.error().detail;
}

TEST_F(HsmTest, a_token_that_was_removed_is_used_again_when_it_is_back) {
    make_key();
    const auto key = signer();
    ASSERT_TRUE(verifies(*key, "before"));
    hsm_->take_away();
    const auto failed = key->sign("away");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code, Code::key_unavailable);
    EXPECT_FALSE(failed.error().detail.contains("main")) << "the network sees this";
    ASSERT_TRUE(key->trouble().has_value());
    EXPECT_TRUE(info(key->trouble()->code).token.starts_with("hsm_")) << key->trouble()->detail;
    hsm_->give_back();
    // As the keeper of connectors does: the key is opened anew, and the old one mends itself.
    const auto until = std::chrono::steady_clock::now() + 20s;
    auto opened = scheme_->open_signer(hsm_->uri("token=main;object=key"));
    while (!opened && std::chrono::steady_clock::now() < until)
        opened = scheme_->open_signer(hsm_->uri("token=main;object=key"));
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    EXPECT_TRUE(verifies(**opened, "after"));
    while (!verifies(*key, "the old one") && std::chrono::steady_clock::now() < until)
        std::this_thread::yield(); // it rests a second after its failure
    EXPECT_EQ(key->trouble(), std::nullopt);
}

TEST_F(HsmTest, many_threads_sign_over_few_sessions) {
    make_key();
    open({.modules = {softhsm_file}, .sessions = 2});
    const auto key = signer();
    std::atomic<int> good = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            for (int n = 0; n < 5; ++n)
                good += verifies(*key, fmt::format("{} {}", i, n)) ? 1 : 0;
        });
    threads.clear();
    EXPECT_EQ(good, 20);
}

TEST_F(HsmTest, a_secret_is_a_private_data_object) {
    const std::string file = hsm_->put("token.txt", "bank token\n");
    const auto tool = [&](const std::string& label, const std::string& more) {
        return std::system(fmt::format("pkcs11-tool --module {} --token-label main --login --pin "
                                       "4321 --write-object {} --type data --label {} {} "
                                       ">/dev/null 2>&1",
                                       softhsm_file, file, label, more)
                               .c_str()); // NOLINT: a tool of the tests
    };
    if (tool("secret", "--private") != 0)
        GTEST_SKIP() << "pkcs11-tool is not installed";
    ASSERT_EQ(tool("open", ""), 0);
    make_key();
    open();
    const auto read = scheme_->read(hsm_->uri("token=main;object=secret;type=data"));
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->reveal(), "bank token");
    EXPECT_EQ(scheme_->read(hsm_->uri("token=main;object=open")).error().code,
              Code::key_unsuitable);
    EXPECT_EQ(scheme_->read(hsm_->uri("token=main;object=key")).error().code, Code::key_unsuitable);
    EXPECT_EQ(scheme_->read(hsm_->uri("token=main;object=none")).error().code,
              Code::hsm_key_missing);
}

} // namespace
} // namespace settled::custody::pkcs11
