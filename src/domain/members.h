// Members that events, reviews and answers write alike. Pure.
#pragma once

#include "domain/payment.h"
#include "wire/json_writer.h"

#include <string_view>

namespace settled::domain {

// "payment_id":"pay_…","client_id":"order-1": our id of the payment and the client's.
void write_payment_ids(wire::JsonWriter& w, const PaymentIds& payment);

// The members of an account: exactly one of `iban`, `sort_code` with `account_number`, and
// `account` (any other spelling: a BBAN, a masked number); none when `shown` is empty. `shown`: as
// shown_account() wrote it.
void write_account_members(wire::JsonWriter& w, std::string_view shown);

} // namespace settled::domain
