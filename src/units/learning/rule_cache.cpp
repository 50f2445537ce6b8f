#include "units/learning/rule_cache.h"

#include "payloads/rule_set_reader.h"

#include <mutex>

namespace settled::units {

std::shared_ptr<const match::RuleSet> RuleCache::rules_of(TenantId tenant,
                                                          std::string_view account) const {
    static const auto standard = std::make_shared<const match::RuleSet>();
    const std::shared_lock lock(mutex_);
    if (sets_.empty())
        return standard;
    if (const auto own = sets_.find({tenant, std::string(account)}); own != sets_.end())
        return own->second;
    const auto general = sets_.find({tenant, std::string()});
    return general == sets_.end() ? standard : general->second;
}

std::vector<std::shared_ptr<const match::RuleSet>> RuleCache::all_of(TenantId tenant) const {
    std::vector<std::shared_ptr<const match::RuleSet>> all{rules_of(tenant, "")};
    const std::shared_lock lock(mutex_);
    for (auto own = sets_.lower_bound({tenant, std::string()});
         own != sets_.end() && own->first.first == tenant; ++own)
        all.push_back(own->second);
    return all;
}

std::vector<UnreadableRules> RuleCache::load(const std::vector<store::RuleSetRow>& rows) {
    Sets sets;
    std::vector<UnreadableRules> unreadable;
    for (const store::RuleSetRow& row : rows) {
        const auto rules = payloads::read_rule_set_text(row.body);
        if (rules)
            sets[{row.tenant, row.account_key}] = std::make_shared<const match::RuleSet>(*rules);
        else
            unreadable.push_back({row.name, rules.error()});
    }
    const std::unique_lock lock(mutex_);
    sets_ = std::move(sets);
    return unreadable;
}

} // namespace settled::units
