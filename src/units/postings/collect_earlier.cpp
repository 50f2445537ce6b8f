#include "units/postings/collect_earlier.h"

#include "base/iban.h"
#include "store/queries/money/settlements.h"
#include "units/postings/collect.h"

#include <limits>

namespace settled::units {

store::Step<> collect_earlier(store::Session& s, const UnitScope& work,
                              const store::LinkRow& link) {
    if (link.core_banking.empty())
        co_return;
    constexpr std::size_t page = 100;
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    for (;;) { // newest first
        const auto settlements = co_await store::list_settlements(
            s, work.tenant, {"", account_key(link.iban)}, before, page);
        for (const domain::Settlement& settlement : settlements) {
            if (settlement.received_at < link.created_at)
                co_return;
            co_await collect(s, work, link.connector, settlement.id);
        }
        if (settlements.size() < page)
            co_return;
        before = settlements.back().id.value;
    }
}

} // namespace settled::units
