// What the last days would have come to under rules that are not stored: the recorded facts are repeated in a
// store of their own, on that store's threads.
#pragma once

#include "api/call.h"
#include "api/core.h"
#include "match/rule_set.h"

#include <chrono>
#include <string>

namespace settled::api {

struct WhatIf {
    match::RuleSet rules;
    std::string account_key; // "": they are the tenant's
    std::chrono::days days;
};

// Writes nothing into the server's store. Fails with limit_reached (more was recorded than one call
// repeats) and server_busy (another one is being answered).
Task<Result<Answer>> answer_what_if(const Core& core, TenantId tenant, WhatIf asked);

} // namespace settled::api
