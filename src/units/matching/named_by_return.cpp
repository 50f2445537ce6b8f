#include "units/matching/named_by_return.h"

#include "base/limits.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/reversals.h"
#include "store/queries/money/search.h"
#include "store/queries/money/settlements.h"
#include "store/queries/purged.h"

#include <algorithm>

namespace settled::units {

namespace {

// Those of the owners that were purged: there is no settlement of that id any more.
std::vector<SettlementId> missing_of(const std::vector<std::int64_t>& owners,
                                     const std::vector<domain::Settlement>& found) {
    std::vector<SettlementId> missing;
    for (const std::int64_t owner : owners)
        if (std::ranges::find(found, SettlementId{owner}, &domain::Settlement::id) == found.end())
            missing.push_back(SettlementId{owner});
    return missing;
}

} // namespace

store::Step<NamedByReturn> NamedFinder::find(const domain::Reversal& reversal) {
    NamedByReturn named;
    const auto keys = match::return_keys(work_.context.keys.of(work_.tenant), reversal.identity);
    if (keys.empty())
        co_return named;
    const Traces* const traces = co_await traces_under(keys.front());
    named.all_seen = traces->all_seen;
    named.purged = traces->purged;
    for (const domain::Settlement& settlement : traces->settlements) {
        if (!match::is_return_of(reversal.identity, settlement.identity))
            continue;
        named.settlements.push_back(settlement.id);
        if (!named.first)
            named.first = settlement;
    }
    const std::string& id = reversal.identity.end_to_end_id;
    if (!id.empty() && named.purged.empty()) { // the keys may be of an earlier version
        const auto purged =
            co_await store::find_purged_named(s_, work_.tenant, store::PurgedKind::settlement, id);
        if (purged)
            named.purged.push_back(SettlementId{purged->id});
    }
    co_return named;
}

store::Step<const NamedFinder::Traces*> NamedFinder::traces_under(match::Key key) {
    const auto known = traces_.find(key);
    if (known != traces_.end())
        co_return &known->second;
    const auto found = co_await store::find_under(s_, work_.tenant, store::Side::trace, {key},
                                                  limits::candidates_max);
    Traces traces;
    traces.all_seen = !found.overflow;
    auto settlements = co_await store::find_existing_settlements(s_, work_.tenant, found.owners);
    traces.purged = missing_of(found.owners, settlements);
    for (domain::Settlement& settlement : settlements)
        if (settlement.status != domain::SettlementStatus::reversed)
            traces.settlements.push_back(std::move(settlement));
    co_return &traces_.emplace(key, std::move(traces)).first->second;
}

store::Step<std::vector<domain::Reversal>> returns_naming(store::Session& s, const UnitScope& work,
                                                          const domain::Settlement& settlement) {
    const auto found = co_await store::find_under(
        s, work.tenant, store::Side::reversal,
        match::return_keys(work.context.keys.of(work.tenant), settlement.identity),
        limits::candidates_max);
    auto naming = co_await store::find_reversals(s, work.tenant, found.owners);
    std::erase_if(naming, [&](const domain::Reversal& reversal) {
        return !match::is_return_of(reversal.identity, settlement.identity);
    });
    co_return naming;
}

} // namespace settled::units
