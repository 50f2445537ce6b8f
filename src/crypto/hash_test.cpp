#include "crypto/hash.h"

#include <gtest/gtest.h>

#include <set>

namespace settled::crypto {
namespace {

using namespace std::literals;

std::string unhex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return out;
}

// RFC 4231, test cases 1 and 2.
TEST(HmacSha512, gives_the_published_values) {
    EXPECT_EQ(to_hex(hmac_sha512(Bytes(20, 0x0b), "Hi There")),
              "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
              "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
    EXPECT_EQ(to_hex(hmac_sha512(as_bytes("Jefe"), "what do ya want for nothing?")),
              "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
              "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST(Hash, sha256_knows_the_vectors_of_fips_180) {
    EXPECT_EQ(to_hex(sha256("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hmac, knows_the_vectors_of_rfc_4231) {
    struct Case {
        std::string key;
        std::string message;
        std::string_view mac;
    };
    const Case table[] = {
        {std::string(20, '\x0b'), "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {std::string(20, '\xaa'), std::string(50, '\xdd'),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {unhex("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {std::string(20, '\x0c'), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {std::string(131, '\xaa'),
         "This is a test using a larger than block-size key and a larger than block-size data. "
         "The key needs to be hashed before being used by the HMAC algorithm.",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
    for (const Case& c : table) {
        const Hmac mac(as_bytes(c.key));
        EXPECT_TRUE(to_hex(mac.of(c.message)).starts_with(c.mac)) << c.message;
        // The mid-states are not used up.
        EXPECT_EQ(mac.of(c.message), mac.of(c.message));
    }
}

TEST(Hash, keys_for_different_purposes_differ) {
    const Secret master("0123456789abcdef0123456789abcdef"s);
    std::set<std::string> keys;
    for (const std::string_view label : {"api-keys", "seal", "match-keys/1", "match-keys/2", ""})
        keys.emplace(derive_key(master, label).reveal());
    EXPECT_EQ(keys.size(), 5u);
    for (const std::string& key : keys)
        EXPECT_EQ(key.size(), 32u);
    EXPECT_EQ(derive_key(master, "seal").reveal(), derive_key(master, "seal").reveal());
    EXPECT_NE(derive_key(Secret("other"s), "seal").reveal(), derive_key(master, "seal").reveal());
}

TEST(Hash, equality_needs_every_byte_and_the_length) {
    const auto equal = [](std::string_view a, std::string_view b) {
        return equal_in_constant_time(as_bytes(a), as_bytes(b));
    };
    EXPECT_TRUE(equal("", ""));
    EXPECT_TRUE(equal("abc", "abc"));
    EXPECT_FALSE(equal("abc", "abd"));
    EXPECT_FALSE(equal("abc", "bbc"));
    EXPECT_FALSE(equal("abc", "ab"));
    EXPECT_FALSE(equal("abc", "abcd"));
    EXPECT_FALSE(equal("abc", "abc\0"sv));
}

class Seal : public testing::Test {
  protected:
    Secret key_{std::string(32, 'k')};
    SeededRng rng_{7};
};

// AES-256-GCM of one zero block under key 0 and nonce 0: test case 14 of McGrew and Viega, "The
// Galois/Counter Mode of Operation", appendix B.
TEST_F(Seal, opens_the_known_vector) {
    const Secret zero{std::string(32, '\0')};
    const std::string sealed = unhex("000000000000000000000000"
                                     "cea7403d4d606b6e074ec5d3baf39d18"
                                     "d0d1c8a799996bf0265b98b5d48ab919");
    const auto opened = open_sealed(zero, as_bytes(sealed), "");
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->reveal(), std::string(16, '\0'));
}

TEST_F(Seal, opens_what_it_sealed) {
    for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 1000u})
        for (const std::string_view context : {""sv, "endpoint/1"sv}) {
            const std::string plain(size, 'p');
            const Bytes sealed = seal(key_, plain, context, rng_);
            EXPECT_EQ(sealed.size(), 12 + size + 16);
            const auto opened = open_sealed(key_, sealed, context);
            ASSERT_TRUE(opened.has_value());
            EXPECT_EQ(opened->reveal(), plain);
        }
}

TEST_F(Seal, no_two_seals_are_alike) {
    EXPECT_NE(seal(key_, "plain", "", rng_), seal(key_, "plain", "", rng_));
}

TEST_F(Seal, opens_only_with_every_bit_the_key_and_the_context) {
    const Bytes sealed = seal(key_, "a secret", "endpoint/1", rng_);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes flipped = sealed;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        ASSERT_FALSE(open_sealed(key_, flipped, "endpoint/1").has_value()) << bit;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
        ASSERT_FALSE(open_sealed(key_, BytesView(sealed).first(size), "endpoint/1").has_value());
    EXPECT_FALSE(open_sealed(Secret(std::string(32, 'K')), sealed, "endpoint/1").has_value());
    EXPECT_FALSE(open_sealed(key_, sealed, "endpoint/2").has_value());
    EXPECT_EQ(open_sealed(key_, sealed, "").error().code, Code::crypto_failed);
}

} // namespace
} // namespace settled::crypto
