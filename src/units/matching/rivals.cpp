#include "units/matching/rivals.h"

#include "match/ladder.h"
#include "units/matching/candidates.h"
#include "units/matching/settle.h"

#include <set>
#include <vector>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

// It could have been of the payment, or a part of it, or have held it as a part.
bool was_wanted(const match::MatchFields& payment, match::MatchFields settlement,
                const match::RuleSet& rules) {
    if (match::relate(payment, settlement, rules).rank)
        return true;
    settlement.amount = payment.amount;
    return match::relate(payment, settlement, rules).rank.has_value();
}

} // namespace

Step<> settle_rivals(Session& s, const UnitScope& work, const domain::Settlement& gone) {
    const auto rules = work.context.rules_of(work.tenant, gone.identity.account);
    const auto near = co_await payments_near(s, work.context, work.tenant, gone, Reach::loose);
    // Its like, of which those that rivalled it are found even where they alone fitted.
    std::vector<match::MatchFields> here{gone.identity};
    std::set<std::int64_t> elsewhere;
    for (const match::MatchFields& payment : near.identities) {
        if (!was_wanted(payment, gone.identity, *rules))
            continue;
        if (payment.amount == gone.identity.amount) {
            here.push_back(payment);
            continue;
        }
        for (const SettlementId id : co_await waiting_near(s, work.context, work.tenant, payment))
            elsewhere.insert(id.value);
        for (const std::int64_t id :
             co_await waiting_sharing(s, work.context, work.tenant, payment))
            elsewhere.insert(id);
    }
    co_await settle_waiting_near(s, work, std::move(here));
    for (const std::int64_t id : elsewhere)
        co_await schedule_decision(s, work, SettlementId{id}, work.now);
}

} // namespace settled::units
