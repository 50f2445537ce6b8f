// CHAPS, as requests: one customer payment (pacs.008), and the return of one that came in (pacs.004).
//
// Each call carries one payment. The reply names the bank's id of the instruction and nothing else;
// what becomes of it comes by webhook. Source: ClearBank page "CHAPS", OpenAPI file "CHAPS v6".
#pragma once

#include "domain/call.h"
#include "domain/money_return.h"
#include "domain/order.h"

#include <string_view>

namespace settled::connectors::clearbank {

// `source_iban`: of the institution's account at the bank, which the payment is funded from. The same
// order gives the same bytes.
domain::CallRequest chaps_payment_request(const domain::Order& order, std::string_view source_iban);

// `payment_id`: the bank's id of the payment that came in. `instruction`: ours, of the return.
domain::CallRequest chaps_return_request(std::string_view payment_id, domain::ReturnReason reason,
                                         std::string_view instruction);

// The bank takes it in its CHAPS hours only.
bool is_chaps(const domain::CallRequest& request);

} // namespace settled::connectors::clearbank
