// Codes of authenticator apps: RFC 6238 with HMAC-SHA1, six digits, a new one each 30 seconds, which
// is what all such apps speak. Pure.
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::crypto {

inline constexpr std::int64_t totp_step_seconds = 30;
inline constexpr std::size_t totp_secret_bytes = 20;

std::string totp_code(BytesView secret, std::int64_t step);
// Of which step it is the code, at that time or one step before or after it, since clocks differ;
// nullopt: of none.
std::optional<std::int64_t> totp_step_of(BytesView secret, std::string_view code,
                                         std::int64_t unix_seconds);
// RFC 4648 section 6, without padding, as apps take it.
std::string to_base32(BytesView bytes);

} // namespace settled::crypto
