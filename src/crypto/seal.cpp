// AES-256-GCM for secrets at rest (hash.h).
#include "base/assert.h"
#include "crypto/hash.h"
#include "crypto/openssl_ptr.h"

#include <openssl/err.h>

#include <climits>

namespace settled::crypto {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

const std::uint8_t* raw(std::string_view text) {
    return as_bytes(text).data();
}

int length(std::size_t size) {
    SETTLED_ASSERT(size <= INT_MAX, "secrets are short");
    return static_cast<int>(size);
}

} // namespace

Bytes seal(const Secret& key, std::string_view plain, std::string_view context, Rng& rng) {
    SETTLED_ASSERT(key.bytes().size() == key_bytes, "AES-256 takes a key of 32 bytes");
    Bytes out(nonce_bytes + plain.size() + tag_bytes);
    std::uint8_t* const body = out.data() + nonce_bytes;
    rng.fill(std::span(out).first(nonce_bytes));

    const CipherContextPtr cipher(EVP_CIPHER_CTX_new());
    int written = 0;
    const bool done =
        cipher &&
        EVP_EncryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.bytes().data(), out.data(),
                            nullptr) == 1 &&
        EVP_EncryptUpdate(cipher.get(), nullptr, &written, raw(context), length(context.size())) ==
            1 &&
        EVP_EncryptUpdate(cipher.get(), body, &written, raw(plain), length(plain.size())) == 1 &&
        EVP_EncryptFinal_ex(cipher.get(), body + plain.size(), &written) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, body + plain.size()) ==
            1;
    SETTLED_ASSERT(done, "OpenSSL could not encrypt");
    return out;
}

Result<Secret> open_sealed(const Secret& key, BytesView sealed, std::string_view context) {
    SETTLED_ASSERT(key.bytes().size() == key_bytes, "AES-256 takes a key of 32 bytes");
    if (sealed.size() < nonce_bytes + tag_bytes)
        return fail(Code::crypto_failed, "the sealed secret is too short");
    const BytesView nonce = sealed.first(nonce_bytes);
    const BytesView body = sealed.subspan(nonce_bytes, sealed.size() - nonce_bytes - tag_bytes);
    std::array<std::uint8_t, tag_bytes> tag{};
    std::ranges::copy(sealed.last(tag_bytes), tag.begin());

    std::string plain(body.size(), '\0');
    auto* const out = reinterpret_cast<std::uint8_t*>(plain.data());
    const CipherContextPtr cipher(EVP_CIPHER_CTX_new());
    int written = 0;
    const bool done =
        cipher &&
        EVP_DecryptInit_ex2(cipher.get(), EVP_aes_256_gcm(), key.bytes().data(), nonce.data(),
                            nullptr) == 1 &&
        EVP_DecryptUpdate(cipher.get(), nullptr, &written, raw(context), length(context.size())) ==
            1 &&
        EVP_DecryptUpdate(cipher.get(), out, &written, body.data(), length(body.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(cipher.get(), out + plain.size(), &written) == 1;
    Secret opened(std::move(plain)); // wiped on the way out when the tag does not hold
    if (!done) {
        ERR_clear_error();
        return fail(Code::crypto_failed, "the sealed secret does not open with this key");
    }
    return opened;
}

} // namespace settled::crypto
