// Which settlements a return names (match/keys.h, is_return_of) that have not gone back yet. Reads
// only.
#pragma once

#include "domain/reversal.h"
#include "domain/settlement.h"
#include "match/keys.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

#include <map>
#include <optional>
#include <vector>

namespace settled::units {

struct NamedByReturn {
    std::vector<SettlementId> settlements;
    std::optional<domain::Settlement> first; // of them
    // Purged ones that it may name: of them only keys and the end-to-end id were kept.
    std::vector<SettlementId> purged;
    bool all_seen = true; // false: there may be more

    bool is_one() const { return settlements.size() == 1 && purged.empty() && all_seen; }
    // Which of them it names is for a person to say.
    bool are_for_a_person() const { return settlements.size() > 1 || !purged.empty() || !all_seen; }
    bool is_none() const { return settlements.empty() && purged.empty(); }
};

// For one unit. Many returns may name settlements by one and the same key, each of them many
// settlements: those are read once.
class NamedFinder {
  public:
    NamedFinder(store::Session& s, const UnitScope& work) : s_(s), work_(work) {}

    store::Step<NamedByReturn> find(const domain::Reversal& reversal);
    // A settlement has gone back since.
    void forget_all() { traces_.clear(); }

  private:
    struct Traces {
        std::vector<domain::Settlement> settlements;
        std::vector<SettlementId> purged;
        bool all_seen = true;
    };
    store::Step<const Traces*> traces_under(match::Key key);

    store::Session& s_;
    const UnitScope& work_;
    std::map<match::Key, Traces> traces_;
};

// Returns that wait or are in review and name the settlement, oldest first.
store::Step<std::vector<domain::Reversal>> returns_naming(store::Session& s, const UnitScope& work,
                                                          const domain::Settlement& settlement);

} // namespace settled::units
