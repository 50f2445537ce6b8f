// An answer that goes on for long ends when its reader is no longer let in: the API key was revoked or has
// expired, the session has ended, the operator was removed. The reader is looked at again before a part that
// comes bounds::reader_checked_every after the last look; a stream has a part at least that often.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "net/http.h"

#include <functional>
#include <memory>

namespace settled::api {

// True: the reader may go on reading.
using IsLetIn = std::function<Task<bool>()>;

std::shared_ptr<net::BodySource> guarded_source(std::shared_ptr<net::BodySource> source,
                                                const Clock& clock, IsLetIn is_let_in);

} // namespace settled::api
