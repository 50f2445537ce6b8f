#include "units/judge.h"

#include "base/limits.h"
#include "match/keys.h"
#include "store/match_keys.h"
#include "store/payments.h"
#include "store/settlements.h"

namespace settled::units {

namespace {

using match::Outcome;

template <class T>
struct Loaded {
    std::vector<T> items;
    std::vector<match::Identity> identities;
    bool overflow = false;

    void add(T item) {
        identities.push_back(item.identity);
        items.push_back(std::move(item));
    }
};

// Ids before references: at the limit only candidates by reference may be left out (match/rules.h).
std::vector<match::Key> ordered_probe_keys(const crypto::Hmac& key,
                                           const match::Identity& identity) {
    std::vector<match::Key> keys = match::id_keys(key, identity);
    const auto all = match::probe_keys(key, identity);
    keys.insert(keys.end(), all.begin(), all.end());
    return keys;
}

// Who waits on `side` in the identity's block.
store::Step<store::Waiting> find_counterparts(store::Session& s, const Context& context,
                                              TenantId tenant, store::Side side,
                                              const match::Identity& identity) {
    const crypto::Hmac& key = context.keys.of(tenant);
    const auto block = match::block_of(key, identity);
    if (!block)
        co_return store::Waiting{};
    const store::ProbeKeys probe = [&] { return ordered_probe_keys(key, identity); };
    co_return co_await store::find_waiting(s, tenant, side, *block, probe, limits::candidates_max);
}

store::Step<Loaded<flow::Payment>> load_payments(store::Session& s, const Context& context,
                                                 TenantId tenant, const match::Identity& identity) {
    const auto waiting =
        co_await find_counterparts(s, context, tenant, store::Side::payment, identity);
    Loaded<flow::Payment> loaded;
    loaded.overflow = waiting.overflow;
    for (const std::int64_t owner : waiting.owners) {
        auto payment = co_await store::find_payment(s, tenant, PaymentId{owner});
        SETTLED_ASSERT(payment.has_value(), "a payment under a match key exists");
        loaded.add(std::move(*payment));
    }
    co_return loaded;
}

// The settlement being judged is always among them, whether it is stored yet or not.
store::Step<Loaded<flow::Settlement>> load_suitors(store::Session& s, const Context& context,
                                                   TenantId tenant, const flow::Payment& payment,
                                                   const flow::Settlement& judged) {
    const auto waiting =
        co_await find_counterparts(s, context, tenant, store::Side::settlement, payment.identity);
    Loaded<flow::Settlement> loaded;
    loaded.overflow = waiting.overflow;
    loaded.add(judged);
    for (const std::int64_t owner : waiting.owners) {
        if (owner == judged.id.value)
            continue;
        auto settlement = co_await store::find_settlement(s, tenant, SettlementId{owner});
        SETTLED_ASSERT(settlement.has_value(), "a settlement under a match key exists");
        loaded.add(std::move(*settlement));
    }
    co_return loaded;
}

} // namespace

store::Step<Verdict> judge(store::Session& s, const Context& context, TenantId tenant,
                           const flow::Settlement& settlement) {
    Verdict verdict;
    auto payments = co_await load_payments(s, context, tenant, settlement.identity);
    const match::Choice choice =
        match::choose_payment(settlement.identity, payments.identities, payments.overflow);
    verdict.payments_seen = payments.items.size();
    verdict.outcome = choice.outcome;
    for (const match::Candidate& candidate : choice.candidates)
        verdict.candidates.push_back({payments.items[candidate.index], candidate.rank});
    if (choice.outcome != Outcome::one)
        co_return verdict;

    const auto suitors =
        co_await load_suitors(s, context, tenant, verdict.candidates.front().payment, settlement);
    const match::Choice returned = match::choose_settlement(
        verdict.candidates.front().payment.identity, suitors.identities, suitors.overflow);
    verdict.settlements_seen = suitors.items.size();
    const bool mutual = returned.outcome == Outcome::one &&
                        returned.candidates.front().index == 0; // the judged one
    if (!mutual)
        verdict.outcome = Outcome::ambiguous;
    co_return verdict;
}

store::Step<std::vector<SettlementId>> waiting_settlements(store::Session& s,
                                                           const Context& context, TenantId tenant,
                                                           const match::Identity& payment) {
    const auto waiting =
        co_await find_counterparts(s, context, tenant, store::Side::settlement, payment);
    std::vector<SettlementId> ids;
    for (const std::int64_t owner : waiting.owners)
        ids.push_back(SettlementId{owner});
    co_return ids;
}

} // namespace settled::units
