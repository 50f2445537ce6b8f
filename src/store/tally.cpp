#include "store/tally.h"

#include "base/assert.h"

#include <algorithm>
#include <iterator>

namespace settled::store {

void Counted::append(Counted more) {
    std::ranges::move(more.figures, std::back_inserter(figures));
    std::ranges::move(more.money, std::back_inserter(money));
}

Tally& tally_of(Session& s) {
    auto* const tally = dynamic_cast<Tally*>(&s);
    SETTLED_ASSERT(tally != nullptr, "an engine's session counts");
    return *tally;
}

Step<> write_counted(Session& s, Counted counted, std::int64_t writer) {
    co_await write_figures(s, std::move(counted.figures), writer);
    co_await write_money_sums(s, counted.money, writer);
}

} // namespace settled::store
