// What the status of Mambu's reply to a call means; what is in it is read by the purpose.
//
// A repeat carries the same Idempotency-Key: for six hours Mambu answers it with the first answer,
// and with 102 while the first is under way. Refusals are not kept there: a repeat is judged anew.
// Source: Mambu API v2, "Idempotency", "API response and error codes".
#pragma once

#include "domain/call.h"
#include "domain/order.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::mambu {

// No repeat comes later after the first try: Mambu forgets the key after six hours.
inline constexpr std::chrono::seconds repeat_within = std::chrono::minutes(5 * 60 + 30);

// nullopt: there was no readable reply.
//
// taken      2xx.
// refused    400 and 422 about the request; 404, 410 and 423 of a call about one loan, client or
//            transaction.
// ours       401, 403, 405, 406, 415, and 404 of any other call; an error code about our access,
//            whatever the status.
// throttled  429; the wait from Retry-After, else 30 seconds.
// unclear    everything else: no reply, 5xx; 102 and 409, which say that the same or another request
//            is under way: the same bytes go again under the same key.
domain::ReplyVerdict classify(domain::CallPurpose purpose,
                              const std::optional<domain::CallReply>& reply);

// One of {"errors":[{"errorCode":110,"errorReason":"EXCESS_REPAYMENT_ERROR","errorSource":"…"}]}.
struct ReplyError {
    std::int64_t code = 0; // 0: the reply has none
    std::string reason;    // Mambu's word
    std::string source;
};
std::vector<ReplyError> errors_in(std::string_view body);

// What a known reason means and what may be done about it; nullopt: it is not known.
struct KnownError {
    std::int64_t code;
    std::string_view reason;
    std::string_view words;
    domain::Advice advice;
};
const KnownError* known_error(const ReplyError& error);
// Of the first error that is known; `review` where none is.
domain::Advice advice_of(std::string_view body);

// The refusal may mean that a transaction with this external id is there already. Look it up before
// anything is concluded, whatever the refusal says: the words are no contract.
bool says_duplicate(std::string_view body);

} // namespace settled::connectors::mambu
