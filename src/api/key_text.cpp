#include "api/key_text.h"

#include "crypto/hash.h"
#include "wire/base64.h"

#include <algorithm>
#include <array>

namespace settled::api {

namespace {

constexpr std::string_view prefix = "sk_";
constexpr std::size_t letters_of_256_bits = 43; // 6 a letter
constexpr std::size_t checksum_letters = 6;
constexpr std::size_t hint_letters = 4;

std::string checksum(std::string_view text) {
    return base64url(crypto::sha256(text)).substr(0, checksum_letters);
}

} // namespace

std::string base64url(BytesView bytes) {
    std::string text = wire::to_base64(bytes);
    std::erase(text, '=');
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::string random_letters(Rng& rng) {
    std::array<std::uint8_t, 32> random{};
    rng.fill(random);
    return base64url(random);
}

Secret generate_key_text(Rng& rng) {
    std::string text = std::string(prefix) + random_letters(rng);
    text += checksum(text);
    return Secret(std::move(text));
}

bool is_key_text(std::string_view text) {
    if (text.size() != prefix.size() + letters_of_256_bits + checksum_letters ||
        !text.starts_with(prefix))
        return false;
    const std::string_view sum = text.substr(text.size() - checksum_letters);
    const std::string right = checksum(text.substr(0, text.size() - checksum_letters));
    return crypto::equal_in_constant_time(as_bytes(sum), as_bytes(right));
}

std::string key_hint(std::string_view text) {
    return std::string(text.substr(0, prefix.size() + hint_letters));
}

} // namespace settled::api
