#include "units/matching/owed_decisions.h"

#include "store/queries/money/due_decisions.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "units/matching/candidates.h"

#include <vector>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

// Of all that wait for the rest of it.
Step<bool> is_owed_for(Session& s, const UnitScope& work, const match::MatchFields& rest) {
    auto waiting = co_await waiting_sharing(s, work.context, work.tenant, {rest});
    for (const SettlementId id : co_await waiting_near(s, work.context, work.tenant, rest))
        waiting.push_back(id.value);
    for (const std::int64_t id : waiting) {
        const bool owed = co_await store::is_decision_due(s, work.tenant, id, work.now);
        if (owed)
            co_return true;
    }
    co_return false;
}

} // namespace

Step<bool> is_decision_owed_near(Session& s, const UnitScope& work,
                                 const domain::Settlement& settlement) {
    if (settlement.is_open())
        co_return co_await store::is_decision_due(s, work.tenant, settlement.id.value, work.now);
    for (const domain::Match& match :
         co_await store::matches_of_settlement(s, work.tenant, settlement.id)) {
        const auto payment = co_await store::find_payment(s, work.tenant, match.payment_id);
        if (!domain::is_open(payment->status))
            continue;
        const bool owed = co_await is_owed_for(s, work, payment->identity);
        if (owed)
            co_return true;
    }
    co_return false;
}

} // namespace settled::units
