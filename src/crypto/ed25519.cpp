#include "crypto/ed25519.h"

#include "base/assert.h"
#include "crypto/hash.h"
#include "crypto/openssl_ptr.h"
#include "wire/base64.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>

namespace settled::crypto {

namespace {

using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;

constexpr std::string_view secret_prefix = "whsk_";
constexpr std::string_view public_prefix = "whpk_";
constexpr std::size_t seed_bytes = 32;
constexpr std::size_t signature_bytes = 64;

std::string base64url(BytesView bytes) {
    std::string text = wire::to_base64(bytes);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

Result<Ed25519PublicKey> public_of(EVP_PKEY& key) {
    Ed25519PublicKey bytes{};
    std::size_t size = bytes.size();
    if (EVP_PKEY_get_raw_public_key(&key, bytes.data(), &size) != 1 || size != bytes.size())
        return fail(Code::crypto_failed, "an Ed25519 key has no public half");
    return bytes;
}

class Key final : public Ed25519Key {
  public:
    Key(PkeyPtr key, const Ed25519PublicKey& public_key)
        : key_(std::move(key)), public_(public_key) {}

    Result<Bytes> sign(std::string_view message) const override {
        const DigestContextPtr context(EVP_MD_CTX_new());
        Bytes signature(signature_bytes);
        std::size_t size = signature.size();
        const BytesView bytes = as_bytes(message);
        if (!context ||
            EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
            EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) !=
                1 ||
            size != signature_bytes)
            return fail(Code::crypto_failed, "an Ed25519 signature could not be made");
        return signature;
    }
    const Ed25519PublicKey& public_key() const override { return public_; }

  private:
    PkeyPtr key_;
    Ed25519PublicKey public_;
};

} // namespace

Result<std::shared_ptr<const Ed25519Key>> Ed25519Key::parse(std::string_view text) {
    if (!text.starts_with(secret_prefix))
        return fail(Code::value_invalid, "an Ed25519 key begins with whsk_");
    auto bytes = wire::parse_base64(text.substr(secret_prefix.size()));
    if (!bytes || bytes->size() != 2 * seed_bytes)
        return fail(Code::value_invalid, "an Ed25519 key is 64 bytes in base64 after whsk_");
    const Secret both{std::string(as_text(*bytes))};
    OPENSSL_cleanse(bytes->data(), bytes->size());
    PkeyPtr key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, both.bytes().data(), seed_bytes));
    if (!key)
        return fail(Code::value_invalid, "this is no Ed25519 key");
    TRY(const Ed25519PublicKey public_key, public_of(*key));
    if (!equal_in_constant_time(public_key, both.bytes().subspan(seed_bytes)))
        return fail(Code::value_invalid, "the two halves of the key do not belong together");
    return std::make_shared<const Key>(std::move(key), public_key);
}

Secret generate_ed25519_key(Rng& rng) {
    std::array<std::uint8_t, 2 * seed_bytes> both{};
    rng.fill(std::span(both).first(seed_bytes));
    const PkeyPtr key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, both.data(), seed_bytes));
    SETTLED_ASSERT(key != nullptr, "any 32 bytes are an Ed25519 key");
    const auto public_key = public_of(*key);
    SETTLED_ASSERT(public_key.has_value(), "an Ed25519 key has a public half");
    std::ranges::copy(*public_key, both.begin() + seed_bytes);
    const Secret text(wire::to_base64(both));
    OPENSSL_cleanse(both.data(), both.size());
    std::string whole;
    whole.reserve(secret_prefix.size() + text.reveal().size());
    whole.append(secret_prefix).append(text.reveal());
    return Secret(std::move(whole));
}

bool ed25519_holds(const Ed25519PublicKey& key, std::string_view message, BytesView signature) {
    const PkeyPtr verifier(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
    const DigestContextPtr context(EVP_MD_CTX_new());
    const BytesView bytes = as_bytes(message);
    return verifier && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, verifier.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(),
                            bytes.size()) == 1;
}

std::string ed25519_public_text(const Ed25519PublicKey& key) {
    return std::string(public_prefix) + wire::to_base64(key);
}

Result<Ed25519PublicKey> parse_ed25519_public(std::string_view text) {
    if (!text.starts_with(public_prefix))
        return fail(Code::value_invalid, "a public key begins with whpk_");
    TRY(const Bytes bytes, wire::parse_base64(text.substr(public_prefix.size())));
    Ed25519PublicKey key{};
    if (bytes.size() != key.size())
        return fail(Code::value_invalid, "a public key has 32 bytes");
    std::ranges::copy(bytes, key.begin());
    return key;
}

std::string ed25519_key_id(const Ed25519PublicKey& key) {
    const std::string members =
        fmt::format(R"({{"crv":"Ed25519","kty":"OKP","x":"{}"}})", base64url(key));
    return base64url(sha256(members));
}

std::string ed25519_jwk(const Ed25519PublicKey& key) {
    return fmt::format(
        R"({{"kty":"OKP","crv":"Ed25519","x":"{}","kid":"{}","alg":"EdDSA","use":"sig"}})",
        base64url(key), ed25519_key_id(key));
}

} // namespace settled::crypto
