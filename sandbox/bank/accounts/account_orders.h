// The body of POST /v2/Accounts/{id}/Virtual, checked as ClearBank's schema has it.
#pragma once

#include "sandbox/bank/accounts/accounts.h"

#include <string_view>
#include <vector>

namespace settled::sandbox {

// Errors: value_invalid with the member in the detail.
Result<std::vector<AccountOrder>> read_account_orders(std::string_view body);

} // namespace settled::sandbox
