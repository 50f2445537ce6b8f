// Project Wycheproof's vectors for what settled verifies, authenticates and seals with. They are fetched by
// tools/test_vectors.sh; where they are missing, the tests are left out, except where CI is set.
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/rsa.h"
#include "support/source_path.h"
#include "wire/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

namespace settled::crypto {
namespace {

using wire::Json;

const std::string place = settled::source_path("build/test-vectors/");

Bytes bytes_of(std::string_view hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(
            static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return bytes;
}

std::string text_at(const Json& object, std::string_view name) {
    const auto member = object.member(name);
    return std::string(member ? member->string().value_or("") : "");
}

Bytes bytes_at(const Json& object, std::string_view name) {
    return bytes_of(text_at(object, name));
}

std::int64_t number_at(const Json& object, std::string_view name) {
    const auto member = object.member(name);
    return member ? member->integer().value_or(0) : 0;
}

// Each vector of the file, with its group; "acceptable" ones say nothing. `holds`: what our code says.
class Wycheproof : public ::testing::Test {
  protected:
    using Holds = std::function<bool(const Json& group, const Json& vector)>;
    using Fits = std::function<bool(const Json& group)>;

    static void expect(const std::string& file, const Fits& fits, const Holds& holds,
                       int vectors_least) {
        std::ifstream stream(place + file, std::ios::binary);
        if (!stream && std::getenv("CI") != nullptr)
            FAIL() << "tools/test_vectors.sh has not made build/test-vectors";
        if (!stream)
            GTEST_SKIP() << "the vectors are not there: tools/test_vectors.sh";
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        int vectors = 0;
        const auto document = wire::JsonDocument::parse(text);
        ASSERT_TRUE(document) << document.error().detail;
        const auto groups = document->root().member("testGroups");
        ASSERT_TRUE(groups);
        for (std::size_t g = 0; g < groups->size(); ++g)
            if (fits(groups->at(g)))
                vectors += expect_of(file, groups->at(g), holds);
        EXPECT_GE(vectors, vectors_least);
    }

  private:
    static int expect_of(const std::string& file, const Json& group, const Holds& holds) {
        const auto tests = group.member("tests");
        int vectors = 0;
        for (std::size_t t = 0; tests && t < tests->size(); ++t) {
            const Json vector = tests->at(t);
            const std::string result = text_at(vector, "result");
            if (result == "acceptable")
                continue;
            ++vectors;
            EXPECT_EQ(holds(group, vector), result == "valid")
                << file << ", " << number_at(vector, "tcId") << ": " << text_at(vector, "comment");
        }
        return vectors;
    }
};

bool every_group(const Json&) {
    return true;
}

TEST_F(Wycheproof, rsa_signatures_hold_where_they_should) {
    for (const std::string size : {"2048", "3072", "4096"})
        expect(
            "rsa_signature_" + size + "_sha256_test.json", every_group,
            [](const Json& group, const Json& vector) {
                const auto key = Verifier::from_pem(text_at(group, "publicKeyPem"));
                const Bytes message = bytes_at(vector, "msg");
                return key && (*key)->verify(as_text(message), bytes_at(vector, "sig"));
            },
            200);
}

TEST_F(Wycheproof, ed25519_signatures_hold_where_they_should) {
    expect(
        "ed25519_test.json", every_group,
        [](const Json& group, const Json& vector) {
            const auto named = group.member("publicKey");
            const Bytes raw = named ? bytes_at(*named, "pk") : Bytes();
            Ed25519PublicKey key{};
            if (raw.size() != key.size())
                return false;
            std::ranges::copy(raw, key.begin());
            const Bytes message = bytes_at(vector, "msg");
            return ed25519_holds(key, as_text(message), bytes_at(vector, "sig"));
        },
        100);
}

TEST_F(Wycheproof, hmacs_hold_where_they_should) {
    constexpr std::int64_t bits_of_sha256 = 256;
    constexpr std::int64_t bits_of_sha512 = 512;
    expect(
        "hmac_sha256_test.json",
        [](const Json& group) { return number_at(group, "tagSize") == bits_of_sha256; },
        [](const Json&, const Json& vector) {
            const Bytes message = bytes_at(vector, "msg");
            const Digest made = Hmac(bytes_at(vector, "key")).of(as_text(message));
            return equal_in_constant_time(made, bytes_at(vector, "tag"));
        },
        50);
    expect(
        "hmac_sha512_test.json",
        [](const Json& group) { return number_at(group, "tagSize") == bits_of_sha512; },
        [](const Json&, const Json& vector) {
            const Bytes message = bytes_at(vector, "msg");
            return equal_in_constant_time(hmac_sha512(bytes_at(vector, "key"), as_text(message)),
                                          bytes_at(vector, "tag"));
        },
        50);
}

// What seal() writes: a nonce of 12 bytes, the ciphertext, a tag of 16, under a key of 32.
TEST_F(Wycheproof, sealed_texts_open_where_they_should) {
    expect(
        "aes_gcm_test.json",
        [](const Json& group) {
            return number_at(group, "keySize") == 256 && number_at(group, "ivSize") == 96 &&
                   number_at(group, "tagSize") == 128;
        },
        [](const Json&, const Json& vector) {
            Bytes sealed = bytes_at(vector, "iv");
            std::ranges::copy(bytes_at(vector, "ct"), std::back_inserter(sealed));
            std::ranges::copy(bytes_at(vector, "tag"), std::back_inserter(sealed));
            const Bytes key = bytes_at(vector, "key");
            const Bytes context = bytes_at(vector, "aad");
            const Bytes plain = bytes_at(vector, "msg");
            const auto opened =
                open_sealed(Secret(std::string(as_text(key))), sealed, as_text(context));
            return opened && opened->reveal() == as_text(plain);
        },
        50);
}

} // namespace
} // namespace settled::crypto
