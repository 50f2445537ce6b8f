// The return of a Bacs credit that was applied to one of our accounts (ARUCS).
//
// The money goes to the bank's suspense account at once and to its sender two days later. Source:
// ClearBank page "Bacs", OpenAPI file "v1".
#pragma once

#include "domain/call.h"
#include "domain/money_return.h"

#include <string_view>

namespace settled::connectors::clearbank {

// `virtual_account_id`: of the account that the money came to; empty: the institution's own.
domain::CallRequest bacs_return_request(std::string_view institution_account,
                                        std::string_view virtual_account_id,
                                        std::string_view bank_transaction_id,
                                        domain::ReturnReason reason);

} // namespace settled::connectors::clearbank
