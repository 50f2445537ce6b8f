// The payloads of the model bank's webhooks about Bacs.
// Source: ClearBank webhook pages of each type; the repaired samples of them.
#pragma once

#include "base/clock.h"
#include "sandbox/bank/bacs/bacs_item.h"
#include "sandbox/bank/webhooks/payloads.h"

#include <string_view>

namespace settled::sandbox {

// Day 2.
Payload bacs_announced(const BacsItem& item);
Payload bacs_held(const BacsItem& item);
Payload bacs_recalled(const BacsItem& item);
Payload bacs_unapplied(const BacsItem& item);
// `reason`: ARUCS or ARUDD.
Payload bacs_return_created(const BacsItem& item, std::string_view reason);
Payload bacs_claimed(const BacsItem& item);
// Day 3; with `back` what the return moved.
Payload bacs_settled(const BacsItem& item, bool back, std::string_view transaction_id, Instant now);
// "BacsMandateInitiated", …
Payload bacs_mandate(const BacsMandate& mandate, std::string_view type);

} // namespace settled::sandbox
