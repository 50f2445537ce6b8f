// Words by which payments, settlements and orders are found by name, and orders by reference, for rows that were stored
// before there were such words: filled in once, a bite at a time, in the order of their ids. Rows that are newer bring
// their words with them.
#pragma once

#include "store/session.h"
#include "store/step.h"

#include <cstdint>

namespace settled::units {

// Whether rows of the tenant are still to be looked at. Reads only.
store::Step<bool> lacks_words(store::Session& s, TenantId tenant);
// One bite. False: nothing is left to do, for good.
store::Step<bool> fill_words(store::Session& s, TenantId tenant);

} // namespace settled::units
