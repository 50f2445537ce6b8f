// SHA-256 goes through OpenSSL's low-level functions. They are marked deprecated in 3.0 in favour
// of EVP, which looks up an implementation, allocates and copies through function tables: five
// times the price for the short messages hashed here. The code underneath is the same (SHA-NI where
// the machine has it).
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/hash.h"

#include "base/assert.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <memory>
#include <new>

namespace settled::crypto {
namespace {

constexpr std::size_t block_bytes = 64;

} // namespace

Digest sha256(std::string_view message) {
    SHA256_CTX context;
    Digest digest;
    SHA256_Init(&context);
    SHA256_Update(&context, message.data(), message.size());
    SHA256_Final(digest.data(), &context);
    return digest;
}

struct Hmac::State {
    SHA256_CTX inner;
    SHA256_CTX outer;
};

// RFC 2104: H(key ^ opad ‖ H(key ^ ipad ‖ message)).
Hmac::Hmac(BytesView key) : state_{} {
    static_assert(sizeof(State) <= sizeof state_ && alignof(State) <= 16);
    static_assert(std::is_trivially_destructible_v<State>);
    State* const state = ::new (static_cast<void*>(state_.data())) State{};

    std::array<std::uint8_t, block_bytes> block{};
    if (key.size() > block.size()) {
        const Digest digest = sha256(as_text(key));
        std::ranges::copy(digest, block.begin());
    } else {
        std::ranges::copy(key, block.begin());
    }
    for (std::uint8_t& byte : block)
        byte ^= 0x36;
    SHA256_Init(&state->inner);
    SHA256_Update(&state->inner, block.data(), block.size());
    for (std::uint8_t& byte : block)
        byte ^= 0x36 ^ 0x5C;
    SHA256_Init(&state->outer);
    SHA256_Update(&state->outer, block.data(), block.size());
    OPENSSL_cleanse(block.data(), block.size());
}

Hmac::~Hmac() {
    OPENSSL_cleanse(state_.data(), state_.size());
}

const Hmac::State& Hmac::state() const {
    return *std::launder(reinterpret_cast<const State*>(state_.data()));
}

Digest Hmac::of(std::string_view message) const {
    SHA256_CTX context = state().inner;
    Digest digest;
    SHA256_Update(&context, message.data(), message.size());
    SHA256_Final(digest.data(), &context);
    context = state().outer;
    SHA256_Update(&context, digest.data(), digest.size());
    SHA256_Final(digest.data(), &context);
    return digest;
}

Bytes hmac_sha512(BytesView key, std::string_view message) {
    Bytes mac(SHA512_DIGEST_LENGTH);
    const unsigned char* const text = as_bytes(message).data();
    const auto* const done = HMAC(EVP_sha512(), key.data(), static_cast<int>(key.size()), text,
                                  message.size(), mac.data(), nullptr);
    SETTLED_ASSERT(done != nullptr, "OpenSSL has SHA-512");
    return mac;
}

bool equal_in_constant_time(BytesView a, BytesView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Secret derive_key(const Secret& master, std::string_view label) {
    Digest key = Hmac(master.bytes()).of(label);
    Secret secret{std::string(as_text(key))};
    OPENSSL_cleanse(key.data(), key.size());
    return secret;
}

} // namespace settled::crypto
