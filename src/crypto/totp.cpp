#include "crypto/totp.h"

#include "base/assert.h"
#include "crypto/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace settled::crypto {

std::string totp_code(BytesView secret, std::int64_t step) {
    std::array<std::uint8_t, 8> counter{};
    for (std::size_t i = 0; i < counter.size(); ++i)
        counter[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
    std::array<std::uint8_t, 20> mac{};
    const auto* const done = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
                                  counter.data(), counter.size(), mac.data(), nullptr);
    SETTLED_ASSERT(done != nullptr, "OpenSSL has SHA-1");
    const std::size_t at = mac.back() & 0x0FU; // RFC 4226, section 5.3
    const std::uint32_t number = (std::uint32_t{mac[at]} & 0x7FU) << 24U |
                                 std::uint32_t{mac[at + 1]} << 16U |
                                 std::uint32_t{mac[at + 2]} << 8U | mac[at + 3];
    std::string digits = std::to_string(number % 1'000'000);
    return std::string(6 - digits.size(), '0') + digits;
}

std::optional<std::int64_t> totp_step_of(BytesView secret, std::string_view code,
                                         std::int64_t unix_seconds) {
    const std::int64_t now = unix_seconds / totp_step_seconds;
    std::optional<std::int64_t> found;
    for (std::int64_t step = now - 1; step <= now + 1; ++step)
        if (equal_in_constant_time(as_bytes(totp_code(secret, step)), as_bytes(code)))
            found = step;
    return found;
}

std::string to_base32(BytesView bytes) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string out;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        held = held << 8U | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out += letters[held >> bits & 31U];
        }
    }
    if (bits > 0)
        out += letters[held << (5 - bits) & 31U];
    return out;
}

} // namespace settled::crypto
