// Those of the routes' handlers that search and stream.
#pragma once

#include "api/call.h"

namespace settled::api {

Task<Result<Answer>> search(const Core& core, const Call& call);
Task<Result<Answer>> stream_feed(const Core& core, const Call& call);

} // namespace settled::api
