// What an operator of the console may do, and how one proves who they are.
#pragma once

#include "base/rng.h"
#include "base/secret.h"
#include "store/queries/operators.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::api {

inline constexpr std::size_t username_bytes_max = 64;
inline constexpr std::size_t password_bytes_min = 12;
inline constexpr std::size_t password_bytes_limit = 1024;

// The scopes of a role, space-separated: viewer, operator, admin; "": there is no such role.
std::string_view scopes_of_role(std::string_view role);
// Lower-case letters, digits, '.', '-', '_', beginning with a letter or digit.
bool is_username(std::string_view name);

// The secret of an operator's codes, sealed for the store; each is bound to its operator.
Bytes seal_totp_secret(const Secret& master, OperatorId id, BytesView secret, Rng& rng);

// The step whose code it is, when password and code are right; nullopt: one of them is not, or there
// is no such operator, for which as much time is taken. Takes a tenth of a second.
std::optional<std::int64_t> check_operator(const std::optional<store::OperatorRow>& row,
                                           const Secret& master, const Secret& password,
                                           std::string_view code, std::int64_t unix_seconds);

} // namespace settled::api
