#include "sandbox/partner/authenticity.h"

#include "crypto/hash.h"
#include "crypto/webhook_signature.h"
#include "wire/base64.h"

#include <charconv>
#include <cstdlib>

namespace settled::sandbox {

namespace {

// What all libraries of the specification allow, both ways.
constexpr std::int64_t tolerance_s = 5 * 60;

} // namespace

bool signature_holds(const net::Request& request, const Secret& key, Instant now) {
    const auto id = request.fields.find("webhook-id");
    const auto timestamp = request.fields.find("webhook-timestamp");
    const auto signature = request.fields.find("webhook-signature");
    if (!id || !timestamp || !signature)
        return false;
    std::int64_t seconds = 0;
    const char* const end = timestamp->data() + timestamp->size();
    const auto read = std::from_chars(timestamp->data(), end, seconds);
    if (read.ec != std::errc() || read.ptr != end)
        return false;
    if (std::abs(now.us / 1'000'000 - seconds) > tolerance_s)
        return false;
    return crypto::webhook_signature_holds(key, *id, seconds, request.body, *signature);
}

bool basic_holds(const net::Request& request, const std::string& user, const Secret& password) {
    const auto header = request.fields.find("Authorization");
    if (!header)
        return false;
    // The one place where the password leaves its owner: into the expected header, which is wiped.
    const Secret plain(user + ":" + std::string(password.reveal()));
    const Secret expected("Basic " + wire::to_base64(plain.bytes()));
    return crypto::equal_in_constant_time(as_bytes(*header), expected.bytes());
}

} // namespace settled::sandbox
