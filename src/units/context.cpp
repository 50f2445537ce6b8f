#include "units/context.h"

namespace settled::units {

std::shared_ptr<const match::RuleSet> Context::rules_of(TenantId tenant,
                                                        std::string_view account) const {
    if (rule_book != nullptr)
        return rule_book->rules_of(tenant, account);
    static const auto standard = std::make_shared<const match::RuleSet>();
    return standard;
}

std::vector<std::shared_ptr<const match::RuleSet>> Context::all_rules_of(TenantId tenant) const {
    if (rule_book != nullptr)
        return rule_book->all_of(tenant);
    return {rules_of(tenant, "")};
}

} // namespace settled::units
