// When the last backup of the store was verified.
#pragma once

#include "base/clock.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>

namespace settled::store {

// nullopt: never.
Step<std::optional<Instant>> find_last_backup(Session& s);
Step<> set_last_backup(Session& s, Instant at);

} // namespace settled::store
