#include "app/rule_book.h"

#include "forms/rule_set_reader.h"
#include "observe/log.h"

#include <mutex>

namespace settled::app {

std::shared_ptr<const match::RuleSet> RuleBook::rules_of(TenantId tenant,
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

std::vector<std::shared_ptr<const match::RuleSet>> RuleBook::all_of(TenantId tenant) const {
    std::vector<std::shared_ptr<const match::RuleSet>> all{rules_of(tenant, "")};
    const std::shared_lock lock(mutex_);
    for (auto own = sets_.lower_bound({tenant, std::string()});
         own != sets_.end() && own->first.first == tenant; ++own)
        all.push_back(own->second);
    return all;
}

void RuleBook::load(const std::vector<store::RuleSetRow>& rows) {
    Sets sets;
    for (const store::RuleSetRow& row : rows) {
        const auto rules = forms::read_rule_set_text(row.body);
        if (rules)
            sets[{row.tenant, row.account_key}] = std::make_shared<const match::RuleSet>(*rules);
        else
            log::failure("rules.unreadable", rules.error(), {{"name", row.name}});
    }
    const std::unique_lock lock(mutex_);
    sets_ = std::move(sets);
}

} // namespace settled::app
