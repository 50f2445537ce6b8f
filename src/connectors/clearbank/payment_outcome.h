// Webhooks about payments that we asked the bank to make and that did not simply settle:
// TransactionRejected, PaymentMessageAssesmentFailed, PaymentMessageValidationFailed,
// OutboundHeldTransaction.
//
// A payment is named by its end-to-end id: a webhook of these types without one is an
// UnreadableFact, never dropped. Source: the ClearBank page of each type.
#pragma once

#include "domain/facts.h"
#include "wire/json.h"

#include <string_view>

namespace settled::connectors::clearbank {

// `type` is a base_type().
bool is_payment_outcome(std::string_view type);
domain::BankFact read_payment_outcome(std::string_view type, wire::Json payload);

} // namespace settled::connectors::clearbank
