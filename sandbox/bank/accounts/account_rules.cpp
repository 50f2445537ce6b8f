#include "sandbox/bank/accounts/account_rules.h"

namespace settled::sandbox {

AccountTreatment AccountRules::decide(const AccountOrder& order) {
    for (AccountRule& rule : rules_) {
        const bool fits = order.external_id.starts_with(rule.external_id_prefix) &&
                          (rule.iban.empty() || rule.iban == order.iban);
        if (!fits || (rule.count_max != 0 && rule.decided >= rule.count_max))
            continue;
        ++rule.decided;
        return rule.treatment;
    }
    return {};
}

} // namespace settled::sandbox
