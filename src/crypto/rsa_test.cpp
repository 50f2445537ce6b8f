#include "crypto/rsa.h"

#include "crypto/hash.h"
#include "crypto/openssl_ptr.h"
#include "support/source_path.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace settled::crypto {
namespace {

using namespace std::literals;

std::string fixture(std::string_view name) {
    std::ifstream in(settled::source_path("tests/fixtures/keys/").append(name), std::ios::binary);
    EXPECT_TRUE(in) << name;
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

std::shared_ptr<Signer> signer() {
    return software_signer(fixture("test-only-rsa-2048.pem")).value();
}

std::shared_ptr<const Verifier> verifier() {
    return Verifier::from_pem(fixture("test-only-rsa-2048.pub.pem")).value();
}

Bytes bytes_of(std::string_view text) {
    const BytesView view = as_bytes(text);
    return {view.begin(), view.end()};
}

// The private operation on a block that the test made itself: a signature that only a forger or a
// sloppy implementation would send.
Bytes sign_raw(std::string_view block) {
    const std::string pem = fixture("test-only-rsa-2048.pem");
    const BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const PkeyPtr key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    const PkeyContextPtr context(EVP_PKEY_CTX_new(key.get(), nullptr));
    EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
    Bytes out(256);
    std::size_t size = out.size();
    EXPECT_EQ(EVP_PKEY_sign(context.get(), out.data(), &size, as_bytes(block).data(), block.size()),
              1);
    return out;
}

std::string der(char tag, std::string_view content) {
    return std::string{tag, static_cast<char>(content.size())}.append(content);
}

// EMSA-PKCS1-v1_5: 00 01 FF… 00 and then `info`, 256 bytes in all.
std::string padded(std::string_view info, std::string_view head = "\x00\x01"sv) {
    std::string block(head);
    block.append(256 - 3 - info.size(), '\xFF').push_back('\0');
    return block.append(info);
}

const std::string sha256_oid = "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";

TEST(Rsa, signs_as_openssl_does) {
    const auto signature = signer()->sign(fixture("hello.json"));
    ASSERT_TRUE(signature.has_value());
    EXPECT_EQ(*signature, bytes_of(fixture("hello.sha256.sig")));
}

TEST(Rsa, verifies_what_openssl_signed) {
    EXPECT_TRUE(verifier()->verify(fixture("hello.json"), as_bytes(fixture("hello.sha256.sig"))));
}

TEST(Rsa, refuses_a_signature_with_any_bit_flipped) {
    const std::string message = fixture("hello.json");
    const Bytes good = bytes_of(fixture("hello.sha256.sig"));
    const auto key = verifier();
    for (std::size_t bit = 0; bit < good.size() * 8; bit += 7) {
        Bytes flipped = good;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        ASSERT_FALSE(key->verify(message, flipped)) << bit;
    }
    for (std::size_t i = 0; i < message.size(); ++i) {
        std::string other = message;
        other[i] = static_cast<char>(other[i] ^ 1);
        ASSERT_FALSE(key->verify(other, good)) << i;
    }
}

TEST(Rsa, refuses_a_signature_of_another_length) {
    const std::string message = fixture("hello.json");
    const Bytes good = bytes_of(fixture("hello.sha256.sig"));
    const auto key = verifier();
    EXPECT_FALSE(key->verify(message, {}));
    EXPECT_FALSE(key->verify(message, BytesView(good).first(255)));
    EXPECT_FALSE(key->verify(message, BytesView(good).last(255)));
    Bytes longer = good;
    longer.insert(longer.begin(), 0);
    EXPECT_FALSE(key->verify(message, longer));
    longer = good;
    longer.push_back(0);
    EXPECT_FALSE(key->verify(message, longer));
}

TEST(Rsa, refuses_a_signature_of_another_key_or_message) {
    const auto other = Verifier::from_pem(fixture("test-only-rsa-2048-e3.pub.pem")).value();
    EXPECT_FALSE(other->verify(fixture("hello.json"), as_bytes(fixture("hello.sha256.sig"))));
    EXPECT_FALSE(verifier()->verify("", as_bytes(fixture("hello.sha256.sig"))));
    EXPECT_FALSE(verifier()->verify(fixture("hello.json"), Bytes(256, 0)));
    EXPECT_FALSE(verifier()->verify(fixture("hello.json"), Bytes(256, 0xFF)));
}

TEST(Rsa, accepts_one_encoding_of_the_digest_only) {
    const std::string message = fixture("hello.json");
    const Digest digest = sha256(message);
    const std::string hash = der('\x04', as_text(digest));
    const std::string null = "\x05\x00"s;
    const std::string info = der('\x30', der('\x30', sha256_oid + null) + hash);
    std::string short_padding = "\x00\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00"s + info;
    short_padding.resize(256, '\x5A');
    std::string holed = padded(info);
    holed[100] = '\xFE';

    const auto key = verifier();
    EXPECT_TRUE(key->verify(message, sign_raw(padded(info)))); // the test's own encoder is right
    struct Case {
        std::string_view what;
        std::string block;
    };
    const Case table[] = {
        {"no NULL parameters", padded(der('\x30', der('\x30', sha256_oid) + hash))},
        {"the digest alone", padded(as_text(digest))},
        {"the digest's OCTET STRING alone", padded(hash)},
        {"bytes after the digest in the sequence",
         padded(der('\x30', der('\x30', sha256_oid + null) + hash + null))},
        {"bytes after the sequence", padded(info + null)},
        {"bytes in the parameters",
         padded(der('\x30', der('\x30', sha256_oid + "\x05\x02zz"s) + hash))},
        {"a long form of a length", padded("\x30\x81\x31"s + info.substr(2))},
        {"little padding and rubbish after the digest", short_padding},
        {"padding with a hole", holed},
        {"encryption's block type", padded(info, "\x00\x02"sv)},
        {"block type 0", padded(info, "\x00\x00"sv)},
        {"SHA-512's name", padded(der('\x30', der('\x30', "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
                                                          "\x03\x05\x00"s) +
                                                  hash))},
    };
    for (const Case& c : table)
        EXPECT_FALSE(key->verify(message, sign_raw(c.block))) << c.what;
    EXPECT_FALSE(key->verify(message, as_bytes(fixture("hello.sha1.sig"))));
}

TEST(Rsa, batches_keep_their_order) {
    const std::string_view messages[] = {"one", "two", "", "four"};
    const auto signatures = signer()->sign(messages);
    ASSERT_TRUE(signatures.has_value());
    ASSERT_EQ(signatures->size(), 4u);
    const std::vector<Verifier::Signed> items = {{"one", (*signatures)[0]},
                                                 {"two", (*signatures)[0]},
                                                 {"", (*signatures)[2]},
                                                 {"four", {}},
                                                 {"four", (*signatures)[3]}};
    EXPECT_EQ(verifier()->verify(items), (std::vector<bool>{true, false, true, false, true}));
    EXPECT_TRUE(signer()->sign(std::span<const std::string_view>())->empty());
    EXPECT_TRUE(verifier()->verify(std::span<const Verifier::Signed>()).empty());
}

TEST(Rsa, one_key_serves_many_threads) {
    const auto key = signer();
    const auto check = verifier();
    std::array<int, 4> good{};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < good.size(); ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 25; ++i) {
                const std::string message = std::to_string(t) + "/" + std::to_string(i);
                const auto signature = key->sign(message);
                good[t] += signature && check->verify(message, *signature);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(good, (std::array<int, 4>{25, 25, 25, 25}));
}

TEST(Rsa, public_halves_agree) {
    EXPECT_EQ(signer()->public_key_pem(), fixture("test-only-rsa-2048.pub.pem"));
    EXPECT_EQ(
        verifier()->fingerprint(),
        "5d429e8000d556e78a05b983c5af305606e6b02270b2ad048533630b89332758"); // openssl pkey -pubin
                                                                             // -outform DER |
                                                                             // sha256sum
}

TEST(Rsa, a_generated_key_signs) {
    const std::string pem = generate_rsa_key_pem();
    EXPECT_TRUE(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const auto key = software_signer(pem).value();
    const auto check = Verifier::from_pem(key->public_key_pem()).value();
    EXPECT_TRUE(check->verify("m", key->sign("m").value()));
}

// A public key with any modulus and exponent.
std::string public_pem(const BIGNUM* n, const BIGNUM* e) {
    OSSL_PARAM_BLD* const build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM* const params = OSSL_PARAM_BLD_to_param(build);
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* raw = nullptr;
    EXPECT_EQ(EVP_PKEY_fromdata_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params), 1);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    const PkeyPtr key(raw);
    const BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(out.get(), key.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string public_pem(int modulus_bits, std::string_view exponent_hex) {
    BIGNUM* n = BN_new();
    BIGNUM* e = nullptr;
    BN_set_bit(n, modulus_bits - 1);
    BN_set_bit(n, 0);
    BN_hex2bn(&e, std::string(exponent_hex).c_str());
    std::string pem = public_pem(n, e);
    BN_free(n);
    BN_free(e);
    return pem;
}

TEST(Rsa, public_keys_are_taken_within_limits) {
    struct Case {
        int bits;
        std::string_view exponent;
        bool good;
    };
    const Case table[] = {
        {2048, "10001", true},
        {2048, "3", true},
        {4096, "10001", true},
        {3072, "10001", true},
        {2048, "FFFFFFFFFFFFFFFF", true},
        {2047, "10001", false},
        {4097, "10001", false},
        {1024, "10001", false},
        {2048, "1", false},
        {2048, "2", false},
        {2048, "10000", false},
        {2048, "10000000000000001", false},
        {2048, "0", false},
    };
    for (const Case& c : table) {
        const auto key = Verifier::from_pem(public_pem(c.bits, c.exponent));
        EXPECT_EQ(key.has_value(), c.good) << c.bits << " " << c.exponent;
        if (!key)
            EXPECT_EQ(key.error().code, Code::key_unsuitable) << c.bits << " " << c.exponent;
    }
}

TEST(Rsa, public_keys_are_read_in_one_form) {
    const std::string good = fixture("test-only-rsa-2048.pub.pem");
    EXPECT_TRUE(Verifier::from_pem("\n " + good + " \r\n").has_value());
    struct Case {
        std::string_view what;
        std::string pem;
        Code code;
    };
    const Case table[] = {
        {"nothing", "", Code::key_unreadable},
        {"white space", "\n\n", Code::key_unreadable},
        {"no PEM", "hello", Code::key_unreadable},
        {"cut off", good.substr(0, good.size() / 2), Code::key_unreadable},
        {"two blocks", good + good, Code::key_unreadable},
        {"text before", "Key:\n" + good, Code::key_unreadable},
        {"text after", good + "x", Code::key_unreadable},
        {"a private key", fixture("test-only-rsa-2048.pem"), Code::key_unreadable},
        {"empty block", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
         Code::key_unreadable},
        {"not DER", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
         Code::key_unreadable},
        {"elliptic", fixture("test-only-p256.pub.pem"), Code::key_unsuitable},
        {"short", fixture("test-only-rsa-1024.pub.pem"), Code::key_unsuitable},
    };
    for (const Case& c : table) {
        const auto key = Verifier::from_pem(c.pem);
        ASSERT_FALSE(key.has_value()) << c.what;
        EXPECT_EQ(key.error().code, c.code) << c.what << ": " << key.error().detail;
    }
}

TEST(Rsa, private_keys_are_read_in_one_form) {
    const std::string good = fixture("test-only-rsa-2048.pem");
    struct Case {
        std::string_view what;
        std::string pem;
        Code code;
    };
    const Case table[] = {
        {"nothing", "", Code::key_unreadable},
        {"a public key", fixture("test-only-rsa-2048.pub.pem"), Code::key_unreadable},
        {"cut off", good.substr(0, good.size() / 2), Code::key_unreadable},
        {"two blocks", good + good, Code::key_unreadable},
        {"PKCS#1", fixture("test-only-rsa-2048-pkcs1.pem"), Code::key_unreadable},
        {"encrypted", fixture("test-only-rsa-2048-encrypted.pem"), Code::key_unsuitable},
        {"elliptic", fixture("test-only-p256.pem"), Code::key_unsuitable},
    };
    for (const Case& c : table) {
        const auto key = software_signer(c.pem);
        ASSERT_FALSE(key.has_value()) << c.what;
        EXPECT_EQ(key.error().code, c.code) << c.what << ": " << key.error().detail;
        EXPECT_FALSE(key.error().detail.contains("MII")) << c.what;
    }
}

// The key of the fixture with another public exponent written into it.
std::string mismatched_private_pem() {
    const std::string pem = fixture("test-only-rsa-2048.pem");
    const BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const PkeyPtr key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    OSSL_PARAM_BLD* const build = OSSL_PARAM_BLD_new();
    std::vector<BIGNUM*> numbers;
    for (const char* const name :
         {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
          OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
          OSSL_PKEY_PARAM_RSA_COEFFICIENT1}) {
        BIGNUM* number = nullptr;
        EXPECT_EQ(EVP_PKEY_get_bn_param(key.get(), name, &number), 1);
        OSSL_PARAM_BLD_push_BN(build, name, number);
        numbers.push_back(number);
    }
    OSSL_PARAM_BLD_push_ulong(build, OSSL_PKEY_PARAM_RSA_E, 3);
    OSSL_PARAM* const params = OSSL_PARAM_BLD_to_param(build);
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* raw = nullptr;
    EXPECT_EQ(EVP_PKEY_fromdata_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_KEYPAIR, params), 1);
    const PkeyPtr mixed(raw);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    for (BIGNUM* number : numbers)
        BN_free(number);
    const BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(out.get(), mixed.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

TEST(Rsa, a_private_key_whose_halves_do_not_match_is_refused) {
    const auto key = software_signer(mismatched_private_pem());
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ(key.error().code, Code::key_unsuitable);
}

} // namespace
} // namespace settled::crypto
