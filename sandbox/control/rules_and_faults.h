// Rules and faults that a caller of the control API sets, read from JSON.
#pragma once

#include "sandbox/bank/accounts/account_rules.h"
#include "sandbox/bank/api/api_faults.h"
#include "sandbox/bank/payments/payment_rules.h"
#include "sandbox/base/input.h"

#include <vector>

namespace settled::sandbox {

// Both take {"rules":[…]}, as sandbox/README.md describes them.
Result<std::vector<PaymentRule>> read_payment_rules(const Input& input);
Result<std::vector<AccountRule>> read_account_rules(const Input& input);
Result<ApiFault> read_api_fault(const Input& input);

} // namespace settled::sandbox
