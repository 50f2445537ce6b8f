// What a caller of the control API says about payments out and about faults, read from JSON.
#pragma once

#include "sandbox/bank/api_faults.h"
#include "sandbox/bank/payment_rules.h"
#include "sandbox/base/input.h"

#include <vector>

namespace settled::sandbox {

// {"rules":[…]}, as sandbox/README.md describes them.
Result<std::vector<PaymentRule>> read_payment_rules(const Input& input);
Result<ApiFault> read_api_fault(const Input& input);

} // namespace settled::sandbox
