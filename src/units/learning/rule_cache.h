// The rule sets in memory. The store is the truth; the cache is read from it at start and after
// each change, on every node. Thread-safe.
#pragma once

#include "store/queries/rule_sets.h"
#include "units/context.h"

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

namespace settled::units {

struct UnreadableRules {
    std::string name;
    Error error;
};

class RuleCache final : public AccountRules {
  public:
    // An account's own rules, else its tenant's, else the standard ones.
    std::shared_ptr<const match::RuleSet> rules_of(TenantId tenant,
                                                   std::string_view account) const override;
    std::vector<std::shared_ptr<const match::RuleSet>> all_of(TenantId tenant) const override;
    // Replaces all of them, and returns the sets that cannot be read: they are left out, and the
    // next wider set holds in the place of each.
    std::vector<UnreadableRules> load(const std::vector<store::RuleSetRow>& rows);

  private:
    using Sets = std::map<std::pair<TenantId, std::string>, std::shared_ptr<const match::RuleSet>>;
    mutable std::shared_mutex mutex_;
    Sets sets_;
};

} // namespace settled::units
