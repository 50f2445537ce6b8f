// What reaches the receiving bank of what the payer's side sent, by scheme.
#pragma once

#include "sandbox/bank/webhooks/payloads.h"

namespace settled::sandbox {

// The payment with its texts as the receiver sees them.
SettledPayment carried(SettledPayment payment);

} // namespace settled::sandbox
