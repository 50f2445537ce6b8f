// Tokens that misbehave: SoftHSM with some of its functions replaced.
#include "custody/pkcs11/testing.h"

#include <dlfcn.h>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace settled::custody::pkcs11 {
namespace {

// What the replaced functions do; one module is in use at a time.
struct Tricks {
    CK_FUNCTION_LIST base;
    std::atomic<int> logins{0};
    std::atomic<int> sessions{0};
    CK_FLAGS more_flags = 0;
    CK_ULONG sessions_max = 0; // 0: as it is
    bool cannot_hash = false;
    std::atomic<std::latch*> holds{nullptr}; // signing waits for it
};
std::unique_ptr<Tricks> tricks;

CK_RV log_in(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, CK_ULONG size) {
    ++tricks->logins;
    return tricks->base.C_Login(session, user, pin, size);
}

CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
    const CK_RV result = tricks->base.C_GetTokenInfo(slot, info);
    if (result == CKR_OK) {
        info->flags |= tricks->more_flags;
        if (tricks->sessions_max > 0)
            info->ulMaxSessionCount = tricks->sessions_max;
    }
    return result;
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify,
                   CK_SESSION_HANDLE* session) {
    ++tricks->sessions;
    return tricks->base.C_OpenSession(slot, flags, application, notify, session);
}

CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
    if (tricks->cannot_hash && mechanism->mechanism == CKM_SHA256_RSA_PKCS)
        return CKR_MECHANISM_INVALID;
    return tricks->base.C_SignInit(session, mechanism, key);
}

CK_RV sign(CK_SESSION_HANDLE session, unsigned char* data, CK_ULONG size, unsigned char* signature,
           CK_ULONG* signature_size) {
    if (std::latch* const latch = tricks->holds)
        latch->wait();
    return tricks->base.C_Sign(session, data, size, signature, signature_size);
}

CK_FUNCTION_LIST replaced() {
    CK_FUNCTION_LIST list = tricks->base;
    list.C_Login = log_in;
    list.C_GetTokenInfo = token_info;
    list.C_OpenSession = open_session;
    list.C_SignInit = sign_init;
    list.C_Sign = sign;
    return list;
}

class TokenTrouble : public testing::Test {
  protected:
    void SetUp() override {
        if (!SoftHsm::is_installed())
            GTEST_SKIP() << "SoftHSM 2 is not installed";
        hsm_ = std::make_unique<SoftHsm>();
        hsm_->add_token("main");
        tricks = std::make_unique<Tricks>();
        tricks->base = softhsm();
        list_ = replaced();
        scheme_ = std::make_unique<Pkcs11Scheme>(Settings{.modules = {"/tricks.so"}, .sessions = 3},
                                                 short_waits(), SoftHsm::reader());
        scheme_->add(Module::of("/tricks.so", &list_, short_waits()).value());
        const auto made = scheme_->generate(uri(), 2048);
        ASSERT_TRUE(made.has_value()) << made.error().detail;
        tricks->logins = 0;
    }
    static CK_FUNCTION_LIST softhsm() {
        void* const library = ::dlopen(softhsm_file.c_str(), RTLD_NOW | RTLD_LOCAL);
        const auto get =
            reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
        CK_FUNCTION_LIST* list = nullptr;
        EXPECT_EQ(get(&list), CKR_OK);
        return *list;
    }
    std::string uri(const std::string& pin = "pin") const {
        return hsm_->uri("token=main;object=key", pin);
    }
    // All that the process knows of the module and its tokens is forgotten.
    void open_anew() {
        scheme_->close();
        scheme_->add(Module::of("/tricks.so", &list_, short_waits()).value());
    }

    std::unique_ptr<SoftHsm> hsm_;
    CK_FUNCTION_LIST list_{};
    std::unique_ptr<Pkcs11Scheme> scheme_;
};

TEST_F(TokenTrouble, a_wrong_pin_costs_one_login_however_many_ask) {
    open_anew();
    hsm_->put("wrong", "0000");
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 3; ++n)
                EXPECT_EQ(scheme_->open_signer(uri("wrong")).error().code, Code::hsm_pin_refused);
        });
    threads.clear();
    EXPECT_EQ(tricks->logins, 1);
    scheme_->retry_pins();
    EXPECT_FALSE(scheme_->open_signer(uri("wrong")).has_value());
    EXPECT_EQ(tricks->logins, 2) << "the operator asked for one more";
}

TEST_F(TokenTrouble, no_pin_is_tried_when_one_more_would_lock_the_token) {
    open_anew();
    for (const CK_FLAGS flag : {CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED}) {
        tricks->more_flags = flag;
        const auto refused = scheme_->open_signer(uri());
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, Code::hsm_pin_refused);
        EXPECT_TRUE(refused.error().detail.contains("lock")) << refused.error().detail;
    }
    EXPECT_EQ(tricks->logins, 0);
    tricks->more_flags = 0;
    EXPECT_TRUE(scheme_->open_signer(uri()).has_value());
}

TEST_F(TokenTrouble, a_signer_warns_of_the_tries_that_are_left_for_the_pin) {
    const auto key = scheme_->open_signer(uri());
    ASSERT_TRUE(key.has_value()) << key.error().detail;
    EXPECT_EQ((*key)->warning(), "");
    for (const auto& [flag, name] : {std::pair(CKF_USER_PIN_COUNT_LOW, "CKF_USER_PIN_COUNT_LOW"),
                                     std::pair(CKF_USER_PIN_FINAL_TRY, "CKF_USER_PIN_FINAL_TRY"),
                                     std::pair(CKF_USER_PIN_LOCKED, "CKF_USER_PIN_LOCKED")}) {
        tricks->more_flags = flag;
        EXPECT_TRUE((*key)->warning().contains(name)) << (*key)->warning();
    }
    EXPECT_TRUE((*key)->sign("m").has_value()) << "it is open, and goes on";
}

TEST_F(TokenTrouble, a_token_that_promises_to_hash_and_does_not_is_given_the_digest) {
    tricks->cannot_hash = true;
    const auto key = scheme_->open_signer(uri());
    ASSERT_TRUE(key.has_value()) << key.error().detail;
    const auto verifier = *crypto::Verifier::from_pem((*key)->public_key_pem());
    EXPECT_TRUE(verifier->verify("m", *(*key)->sign("m")));
}

TEST_F(TokenTrouble, a_token_with_fewer_sessions_is_not_asked_for_more) {
    open_anew();
    tricks->sessions_max = 1;
    tricks->sessions = 0;
    const auto key = scheme_->open_signer(uri());
    ASSERT_TRUE(key.has_value()) << key.error().detail;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] { EXPECT_TRUE((*key)->sign("m").has_value()); });
    threads.clear();
    EXPECT_EQ(tricks->sessions, 1);
}

TEST_F(TokenTrouble, a_token_that_hangs_is_answered_for_in_time_and_signs_when_it_goes_on) {
    const auto key = scheme_->open_signer(uri());
    ASSERT_TRUE(key.has_value()) << key.error().detail;
    std::latch go_on(1);
    tricks->holds = &go_on;
    std::atomic<int> unavailable = 0;
    {
        std::vector<std::jthread> threads; // more than there are sessions
        for (int i = 0; i < 5; ++i)
            threads.emplace_back([&] {
                const auto signature = (*key)->sign("m");
                if (!signature && signature.error().code == Code::key_unavailable)
                    ++unavailable;
            });
    }
    EXPECT_EQ(unavailable, 5) << "each was answered while the token hung";
    EXPECT_TRUE((*key)->trouble().has_value());
    tricks->holds = nullptr;
    go_on.count_down();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!(*key)->sign("m") && std::chrono::steady_clock::now() < until)
        std::this_thread::yield(); // it rests a second after its failure
    EXPECT_EQ((*key)->trouble(), std::nullopt);
}

} // namespace
} // namespace settled::custody::pkcs11
