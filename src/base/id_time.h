// The time in an id. Rows that are walked in the order of their ids are walked in the order of
// their making, but for what a slow transaction has not committed yet: whoever walks stays behind
// the present by more than a transaction can take.
#pragma once

#include "base/clock.h"

#include <cstdint>

namespace settled {

// No id that was made at that time or later is smaller; all that were made before it are.
std::int64_t first_id_at(Instant at);

} // namespace settled
