#include "units/context.h"

namespace settled::units {

std::shared_ptr<const match::RuleSet> Context::rules_of(TenantId tenant,
                                                        std::string_view account) const {
    if (rule_book != nullptr)
        return rule_book->rules_of(tenant, account);
    static const auto standard = std::make_shared<const match::RuleSet>();
    return standard;
}

} // namespace settled::units
