#include "api/console/operators.h"

#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/totp.h"

#include <algorithm>

namespace settled::api {

namespace {

constexpr std::string_view viewer =
    "payments:read settlements:read accounts:read endpoints:read events:read webhooks:read "
    "orders:read links:read returns:read postings:read calls:read connectors:read "
    "notifications:read";
// Decides, delivers again, and may look at what is masked.
constexpr std::string_view works =
    "payments:read settlements:read settlements:write statements:write accounts:read "
    "endpoints:read endpoints:write events:read events:write webhooks:read orders:read links:read "
    "returns:read postings:read calls:read connectors:read notifications:read "
    "notifications:write personal:read";

Secret totp_key(const Secret& master) {
    return crypto::derive_key(master, "operator-totp");
}

// A hash of no one's password, for names that are not known.
const std::string& hash_of_no_one() {
    static const std::string hash = [] {
        SystemRng rng;
        return crypto::hash_password(Secret("no one's password"), rng);
    }();
    return hash;
}

} // namespace

std::string_view scopes_of_role(std::string_view role) {
    if (role == "viewer")
        return viewer;
    if (role == "operator")
        return works;
    return role == "admin" ? "*" : "";
}

bool is_username(std::string_view name) {
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() <= username_bytes_max && is_plain(name.front()) &&
           std::ranges::all_of(
               name, [&](char c) { return is_plain(c) || c == '.' || c == '-' || c == '_'; });
}

Bytes seal_totp_secret(const Secret& master, OperatorId id, BytesView secret, Rng& rng) {
    return crypto::seal(totp_key(master), as_text(secret), to_string(id), rng);
}

std::optional<std::int64_t> check_operator(const std::optional<store::OperatorRow>& row,
                                           const Secret& master, const Secret& password,
                                           std::string_view code, std::int64_t unix_seconds) {
    const bool holds = crypto::password_holds(password, row ? row->password : hash_of_no_one());
    if (!row)
        return std::nullopt;
    const auto secret = crypto::open_sealed(totp_key(master), row->totp_secret, to_string(row->id));
    if (!secret)
        return std::nullopt;
    const auto step = crypto::totp_step_of(secret->bytes(), code, unix_seconds);
    return holds ? step : std::nullopt;
}

} // namespace settled::api
