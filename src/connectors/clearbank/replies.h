// What the status of a reply to a call means; what is in it is read by the purpose.
//
// The rule that decides: a call counts as not carried out only where the bank says so in a reply
// that is about this request. Everything that may come from something between us and the bank
// leaves open whether the call was carried out. Source: ClearBank page "Getting started" (status
// codes, idempotency), RFC 7807 for the bodies.
#pragma once

#include "domain/call.h"

#include <chrono>
#include <optional>

namespace settled::connectors::clearbank {

// How long a 429 that does not say so makes the connector wait, and the longest wait that is obeyed.
inline constexpr std::chrono::seconds throttled_wait_default{30};
inline constexpr std::chrono::seconds wait_max{600};

// nullopt: there was no readable reply.
//
// taken      2xx.
// received   409.
// throttled  429; the wait from Retry-After, else from the text ("Try again in 30 seconds"), else
//            the default.
// ours       401, 403, 404, 405, 406, 410, 415, 423 (of a call about one account or a page of
//            a statement, 404, 410 and 423 are about that one: refused), and 400 about the signature or the request id.
// refused    every other 400, and 422. Of a payment call with several orders, 400 may carry a result
//            for each of them: read_payment_reply().
// unclear    everything else: no reply, 5xx, 1xx, 3xx and statuses that the bank does not publish.
domain::ReplyVerdict classify(domain::CallPurpose purpose,
                              const std::optional<domain::CallReply>& reply);

} // namespace settled::connectors::clearbank
