#include "units/context.h"

#include <fmt/format.h>

namespace settled::units {

const crypto::Hmac& TenantKeys::of(TenantId tenant) const {
    const std::lock_guard lock(mutex_);
    auto& key = keys_[tenant];
    if (!key) {
        const Secret derived =
            crypto::derive_key(master_, fmt::format("match-keys/{}", tenant.value));
        key = std::make_unique<crypto::Hmac>(derived.bytes());
    }
    return *key;
}

std::shared_ptr<const match::RuleSet> Context::rules_of(TenantId tenant,
                                                        std::string_view account) const {
    if (rule_book != nullptr)
        return rule_book->rules_of(tenant, account);
    static const auto standard = std::make_shared<const match::RuleSet>();
    return standard;
}

} // namespace settled::units
