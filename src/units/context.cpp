#include "units/context.h"

namespace settled::units {

std::shared_ptr<const match::RuleSet> Context::rules_of(TenantId tenant,
                                                        std::string_view account) const {
    if (account_rules != nullptr)
        return account_rules->rules_of(tenant, account);
    static const auto standard = std::make_shared<const match::RuleSet>();
    return standard;
}

std::vector<std::shared_ptr<const match::RuleSet>> Context::all_rules_of(TenantId tenant) const {
    if (account_rules != nullptr)
        return account_rules->all_of(tenant);
    return {rules_of(tenant, "")};
}

} // namespace settled::units
