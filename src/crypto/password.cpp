#include "crypto/password.h"

#include "base/assert.h"

#include <argon2.h>

#include <array>

namespace settled::crypto {

namespace {

// RFC 9106, section 4, the second of the recommended choices, on one lane.
constexpr std::uint32_t passes = 3;
constexpr std::uint32_t memory_kib = 64 * 1024;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t hash_bytes = 32;

} // namespace

std::string hash_password(const Secret& password, Rng& rng) {
    std::array<std::uint8_t, 16> salt{};
    rng.fill(salt);
    std::string encoded(
        ::argon2_encodedlen(passes, memory_kib, lanes, salt.size(), hash_bytes, Argon2_id), '\0');
    const int failed = ::argon2id_hash_encoded(passes, memory_kib, lanes, password.bytes().data(),
                                               password.bytes().size(), salt.data(), salt.size(),
                                               hash_bytes, encoded.data(), encoded.size());
    SETTLED_ASSERT(failed == ARGON2_OK, "a password cannot be hashed: {}",
                   ::argon2_error_message(failed));
    encoded.resize(encoded.find('\0'));
    return encoded;
}

bool password_holds(const Secret& password, const std::string& hash) {
    return ::argon2id_verify(hash.c_str(), password.bytes().data(), password.bytes().size()) ==
           ARGON2_OK;
}

} // namespace settled::crypto
