#include "units/candidates.h"

#include "base/limits.h"
#include "match/keys.h"
#include "store/payments.h"
#include "store/settlements.h"
#include "units/key_plans.h"

#include <algorithm>

namespace settled::units {

namespace {

using match::Seen;
using store::Session;
using store::Side;
using store::Step;
using store::Waiting;

// Ids before references: at the limit only candidates by reference may be left out
// (match/choice.h).
std::vector<match::Key> ordered_probe_keys(const crypto::Hmac& key, const match::Identity& identity,
                                           const match::Look& look) {
    std::vector<match::Key> keys = match::id_keys(key, identity);
    const auto all = match::probe_keys(key, identity, look);
    keys.insert(keys.end(), all.begin(), all.end());
    return keys;
}

// Who looks, and how.
struct Looker {
    const crypto::Hmac& key;
    TenantId tenant;
    match::Of of; // whose identity it is: the other side's are looked for
    const match::Identity& identity;
    match::Look first = {}; // where nobody is found under these, there is no match yet
    match::Look full = {};
};

match::Look look_of(const learn::KeyPlan& plan) {
    using learn::KeyKind;
    return {.uetr = plan.first.has(KeyKind::uetr),
            .end_to_end_id = plan.first.has(KeyKind::end_to_end_id),
            .shorter = plan.first.has(KeyKind::shorter),
            .longer = plan.first.has(KeyKind::longer),
            .prefix_max = plan.probed_prefix_max};
}

Looker looker_of(const Context& context, TenantId tenant, const flow::Settlement& settlement) {
    Looker looker{context.keys.of(tenant), tenant, match::Of::settlement, settlement.identity};
    if (context.key_plans == nullptr)
        return looker;
    const learn::KeyPlan plan = context.key_plans->for_settlement(tenant, settlement);
    looker.first = look_of(plan);
    looker.full.prefix_max = plan.probed_prefix_max;
    return looker;
}

void merge(Waiting& all, const Waiting& more) {
    for (const std::int64_t owner : more.owners)
        if (std::ranges::find(all.owners, owner) == all.owners.end())
            all.owners.push_back(owner);
    all.overflow = all.overflow || more.overflow;
    all.by_keys = all.by_keys || more.by_keys;
    all.reads += more.reads;
}

Step<Waiting> find_under(Session& s, const Looker& looker, Side side, const match::Look& look) {
    const auto block = match::block_of(looker.key, looker.identity);
    if (!block)
        co_return Waiting{};
    const store::ProbeKeys probe = [&] {
        return ordered_probe_keys(looker.key, looker.identity, look);
    };
    co_return co_await store::find_waiting(s, looker.tenant, side, *block, probe,
                                           limits::candidates_max);
}

// All who may belong to it, or nobody: what is found by a part of the keys is never judged.
Step<Waiting> find_exact(Session& s, const Looker& looker, Side side, Reach reach) {
    store::Reads spent;
    if (reach == Reach::exact && looker.first != looker.full) {
        const Waiting few = co_await find_under(s, looker, side, looker.first);
        if (few.owners.empty() || !few.by_keys)
            co_return few;
        spent = few.reads;
    }
    Waiting all = co_await find_under(s, looker, side, looker.full);
    all.reads += spent;
    co_return all;
}

struct Found {
    Waiting waiting;
    bool is_cut = false;
};
Step<Found> find(Session& s, const Looker& looker, Reach reach) {
    const Side side = looker.of == match::Of::payment ? Side::settlement : Side::payment;
    const Waiting exact = co_await find_exact(s, looker, side, reach);
    if (reach == Reach::exact)
        co_return Found{exact};
    Waiting found = exact;
    for (const std::int64_t block : match::loose_blocks(looker.key, looker.identity, looker.of)) {
        const Waiting more =
            co_await store::walk_block(s, looker.tenant, side, block, limits::candidates_max);
        if (more.overflow) // what so many share identifies nobody
            co_return Found{exact, true};
        merge(found, more);
    }
    if (found.owners.size() > limits::candidates_max)
        co_return Found{exact, true};
    if (!found.owners.empty() || side == Side::settlement)
        co_return Found{found};
    found = co_await find_under(s, looker, Side::archive, looker.full);
    co_return Found{found};
}

std::vector<SettlementId> ids_of(const Waiting& waiting) {
    std::vector<SettlementId> ids;
    for (const std::int64_t owner : waiting.owners)
        ids.push_back(SettlementId{owner});
    return ids;
}

Seen seen_of(const Waiting& waiting) {
    if (waiting.overflow)
        return Seen::some;
    return waiting.by_keys ? Seen::by_keys : Seen::all;
}

} // namespace

Step<Candidates<flow::Payment>> payments_near(Session& s, const Context& context, TenantId tenant,
                                              const flow::Settlement& settlement, Reach reach) {
    const Looker looker = looker_of(context, tenant, settlement);
    const auto [waiting, is_cut] = co_await find(s, looker, reach);
    Candidates<flow::Payment> near;
    near.is_cut = is_cut;
    near.seen = seen_of(waiting);
    near.reads = waiting.reads;
    for (const std::int64_t owner : waiting.owners) {
        auto payment = co_await store::find_payment(s, tenant, PaymentId{owner});
        SETTLED_ASSERT(payment.has_value(), "a payment under a match key exists");
        if (!settlement.refuses(payment->id))
            near.add(std::move(*payment));
    }
    co_return near;
}

Step<Candidates<flow::Settlement>> settlements_near(Session& s, const Context& context,
                                                    TenantId tenant, const flow::Payment& payment,
                                                    const flow::Settlement& judged, Reach reach) {
    const Looker looker{context.keys.of(tenant), tenant, match::Of::payment, payment.identity};
    const auto [waiting, is_cut] = co_await find(s, looker, reach);
    Candidates<flow::Settlement> near;
    near.is_cut = is_cut;
    near.seen = seen_of(waiting);
    near.reads = waiting.reads;
    near.add(judged);
    for (const std::int64_t owner : waiting.owners) {
        if (owner == judged.id.value)
            continue;
        auto settlement = co_await store::find_settlement(s, tenant, SettlementId{owner});
        SETTLED_ASSERT(settlement.has_value(), "a settlement under a match key exists");
        if (!settlement->refuses(payment.id))
            near.add(std::move(*settlement));
    }
    co_return near;
}

Step<std::vector<SettlementId>> waiting_near(Session& s, const Context& context, TenantId tenant,
                                             const match::Identity& payment) {
    const Looker looker{context.keys.of(tenant), tenant, match::Of::payment, payment};
    const auto waiting = co_await find_under(s, looker, Side::settlement, looker.full);
    co_return ids_of(waiting);
}

Step<std::vector<SettlementId>> waiting_sharing(Session& s, const Context& context, TenantId tenant,
                                                const match::Identity& payment) {
    const auto blocks = match::loose_blocks(context.keys.of(tenant), payment, match::Of::payment);
    // Nearly always nobody: one look for all blocks together, since every payment comes here.
    const bool anybody = co_await store::waits_in_any(s, tenant, Side::settlement, blocks);
    Waiting waiting;
    for (std::size_t i = 0; anybody && i < blocks.size(); ++i) {
        const Waiting more = co_await store::walk_block(s, tenant, Side::settlement, blocks[i],
                                                        limits::candidates_max);
        if (!more.overflow) // what so many share identifies nobody
            merge(waiting, more);
    }
    co_return ids_of(waiting);
}

} // namespace settled::units
