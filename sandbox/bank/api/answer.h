// What the bank makes of the institution's answer to a webhook.
#pragma once

#include "crypto/rsa.h"
#include "net/client/client.h"
#include "sandbox/bank/webhooks/webhook_record.h"

#include <cstdint>

namespace settled::sandbox {

// In the order the bank would notice: status, signature over the exact bytes, then the JSON with
// the nonce. Source: ClearBank "Getting started": 200, {"Nonce": n}, DigitalSignature.
Verdict judge_answer(const net::Reply& reply, std::int64_t nonce,
                     const crypto::Verifier& institution);

} // namespace settled::sandbox
