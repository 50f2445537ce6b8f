// The saved answers of POST calls with an Idempotency-Key.
#pragma once

#include "crypto/hash.h"
#include "store/bite.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>

namespace settled::store {

struct SavedAnswer {
    crypto::Digest fingerprint{};
    int http_status = 0;
    std::string body;
};

Step<std::optional<SavedAnswer>> find_answer(Session& s, TenantId tenant, std::string_view key);
Step<> save_answer(Session& s, TenantId tenant, std::string_view key, const SavedAnswer& answer,
                   Instant now);
// Deletes answers that were given before `until`, of all tenants, oldest first.
Step<Bitten> forget_answers(Session& s, Instant until, Bite bite);

} // namespace settled::store
