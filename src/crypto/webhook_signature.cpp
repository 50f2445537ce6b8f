#include "crypto/webhook_signature.h"

#include "base/assert.h"
#include "crypto/hash.h"
#include "wire/base64.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <array>

namespace settled::crypto {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::string_view version_prefix = "v1,";
constexpr std::size_t secret_bytes_min = 24;
constexpr std::size_t secret_bytes_max = 64;

std::string sign(const Secret& key, std::string_view id, std::int64_t unix_seconds,
                 std::string_view body) {
    const std::string message = fmt::format("{}.{}.{}", id, unix_seconds, body);
    return std::string(version_prefix) + wire::to_base64(Hmac(key.bytes()).of(message));
}

} // namespace

Secret generate_webhook_secret(Rng& rng) {
    std::array<std::uint8_t, 32> bytes{};
    rng.fill(bytes);
    const Secret text(wire::to_base64(bytes));
    OPENSSL_cleanse(bytes.data(), bytes.size());
    std::string whole;
    whole.reserve(secret_prefix.size() + text.reveal().size());
    whole.append(secret_prefix).append(text.reveal());
    return Secret(std::move(whole));
}

Result<Secret> parse_webhook_secret(std::string_view text) {
    if (!text.starts_with(secret_prefix))
        return fail(Code::value_invalid, "a webhook secret begins with whsec_");
    auto bytes = wire::parse_base64(text.substr(secret_prefix.size()));
    if (!bytes)
        return fail(Code::value_invalid, "a webhook secret is base64 after whsec_");
    Secret key{std::string(as_text(*bytes))};
    OPENSSL_cleanse(bytes->data(), bytes->size());
    if (key.bytes().size() < secret_bytes_min || key.bytes().size() > secret_bytes_max)
        return fail(Code::value_invalid, "a webhook secret has 24 to 64 bytes");
    return key;
}

std::string webhook_signature(const Secret& key, std::string_view id, std::int64_t unix_seconds,
                              std::string_view body) {
    SETTLED_ASSERT(!id.contains('.'), "a webhook id has no point: it separates the signed parts");
    return sign(key, id, unix_seconds, body);
}

Result<std::string> webhook_signature(const Ed25519Key& key, std::string_view id,
                                      std::int64_t unix_seconds, std::string_view body) {
    SETTLED_ASSERT(!id.contains('.'), "a webhook id has no point: it separates the signed parts");
    TRY(const Bytes signature, key.sign(fmt::format("{}.{}.{}", id, unix_seconds, body)));
    return "v1a," + wire::to_base64(signature);
}

bool webhook_signature_holds(const Secret& key, std::string_view id, std::int64_t unix_seconds,
                             std::string_view body, std::string_view header) {
    // With a point in the id, "a" + "1.x" and "a.1" + "x" would be the same signed bytes.
    if (id.empty() || id.contains('.'))
        return false;
    const std::string expected = sign(key, id, unix_seconds, body);
    bool holds = false;
    while (!header.empty()) {
        const std::string_view one = header.substr(0, header.find(' '));
        header.remove_prefix(std::min(header.size(), one.size() + 1));
        // Bytes have one base64 form only, so the texts may be compared.
        holds |= equal_in_constant_time(as_bytes(one), as_bytes(expected));
    }
    return holds;
}

} // namespace settled::crypto
