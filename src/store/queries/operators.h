// People who sign in to the console with a name, a password and a code. A name is one person's in the
// whole installation, since who signs in says no tenant.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct OperatorRow {
    TenantId tenant;
    OperatorId id;
    std::string username;
    std::string password; // as crypto/password.h writes it
    Bytes totp_secret;    // sealed
    std::int64_t totp_step = 0;
    std::string role;
    Instant created_at;
    Instant changed_at;
};
// False: the name is taken.
Step<bool> insert_operator(Session& s, const OperatorRow& row);
Step<std::optional<OperatorRow>> find_operator(Session& s, TenantId tenant, OperatorId id);
Step<std::optional<OperatorRow>> find_operator_by_name(Session& s, std::string_view username);
// Newest first.
Step<std::vector<OperatorRow>> list_operators(Session& s, TenantId tenant);
// A code counts once: false when that step, or a later one, has counted already.
Step<bool> use_totp_step(Session& s, TenantId tenant, OperatorId id, std::int64_t step);
// A new secret for codes; sessions from before have ended.
Step<bool> set_totp_secret(Session& s, TenantId tenant, OperatorId id, BytesView sealed,
                           Instant now);
// False: there is none.
Step<bool> remove_operator(Session& s, TenantId tenant, OperatorId id);

} // namespace settled::store
