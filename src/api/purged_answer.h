// What was purged is not merely unknown: a caller that asks for it by its id is answered 410, with
// the time at which it was removed.
#pragma once

#include "api/call.h"
#include "api/core.h"
#include "api/routes.h"

namespace settled::api {

// The handler's answer; 410 `purged` in place of not_found, where the path names a payment,
// settlement, match, event, delivery or call that was purged, and the caller may read that kind.
Task<Result<Answer>> unless_purged(const Core& core, const Route& route, const Call& call,
                                   Result<Answer> answer);

} // namespace settled::api
