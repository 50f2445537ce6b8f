#include "units/matching/named_by_return.h"

#include "base/limits.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/settlements.h"

namespace settled::units {

store::Step<NamedByReturn> NamedFinder::find(const domain::Reversal& reversal) {
    NamedByReturn named;
    const auto keys = match::return_keys(work_.context.keys.of(work_.tenant), reversal.identity);
    if (keys.empty())
        co_return named;
    const Traces* const traces = co_await traces_under(keys.front());
    named.all_seen = traces->all_seen;
    for (const domain::Settlement& settlement : traces->settlements) {
        if (!match::is_return_of(reversal.identity, settlement.identity))
            continue;
        named.settlements.push_back(settlement.id);
        if (!named.first)
            named.first = settlement;
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
    for (domain::Settlement& settlement :
         co_await store::find_settlements(s_, work_.tenant, found.owners))
        if (settlement.status != domain::SettlementStatus::reversed)
            traces.settlements.push_back(std::move(settlement));
    co_return &traces_.emplace(key, std::move(traces)).first->second;
}

} // namespace settled::units
