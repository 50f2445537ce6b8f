#include "units/matching/candidates.h"

#include "base/assert.h"
#include "base/limits.h"
#include "match/keys.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "units/learning/key_plans.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace settled::units {

namespace {

using match::Coverage;
using store::Session;
using store::Side;
using store::Step;
using store::Waiting;

// The side that searches, and how it searches.
struct Looker {
    const crypto::Hmac& key;
    TenantId tenant;
    match::Of of; // whose identity it is: the other side's are looked for
    const match::MatchFields& identity;
    match::ProbeOptions first = {}; // where these keys find no candidate, there is no match yet
    match::ProbeOptions full = {};
    // What the strong look has found, and is not looked up again.
    const Candidates<domain::Payment>* strong = nullptr;

    // Of others it was learnt that there is somewhere else to look first.
    bool looks_at_once_under_all() const { return first == full; }
    Side looks_for() const { return of == match::Of::payment ? Side::settlement : Side::payment; }
};

match::ProbeOptions look_of(const learn::KeyPlan& plan) {
    using learn::KeyKind;
    return {.uetr = plan.first.has(KeyKind::uetr),
            .end_to_end_id = plan.first.has(KeyKind::end_to_end_id),
            .shorter = plan.first.has(KeyKind::shorter),
            .longer = plan.first.has(KeyKind::longer),
            .prefix_max = plan.probed_prefix_max};
}

Looker looker_of(const Context& context, TenantId tenant, const domain::Settlement& settlement) {
    Looker looker{context.keys.of(tenant), tenant, match::Of::settlement, settlement.identity};
    if (context.key_plans == nullptr)
        return looker;
    const learn::KeyPlan plan = context.key_plans->for_settlement(tenant, settlement);
    looker.first = look_of(plan);
    looker.full.prefix_max = plan.probed_prefix_max;
    return looker;
}

// Who was found, and how much of the other side they are.
struct Found {
    std::vector<std::int64_t> owners;
    Coverage seen = Coverage::complete;
    bool is_cut = false;
    store::Reads reads;

    void add(const Waiting& more) {
        for (const std::int64_t owner : more.owners)
            if (std::ranges::find(owners, owner) == owners.end())
                owners.push_back(owner);
        if (more.overflow)
            seen = Coverage::truncated;
        reads += more.reads;
    }
    void leave_out(const std::vector<domain::Payment>& known) {
        for (const domain::Payment& payment : known)
            std::erase(owners, payment.id.value);
    }
    void keep(std::size_t most) {
        if (owners.size() <= most)
            return;
        owners.resize(most);
        seen = Coverage::truncated;
    }
};

// Of a loose block, in which everybody has one key.
Step<Waiting> walk(Session& s, const Looker& looker, Side side, std::int64_t block) {
    return store::walk_block(s, looker.tenant, side, block, limits::candidates_max,
                             limits::candidates_max);
}

Step<Waiting> look_up(Session& s, const Looker& looker, Side side,
                      const match::ProbeOptions& look) {
    return store::find_under(s, looker.tenant, side,
                             match::probe_keys(looker.key, looker.identity, looker.of, look),
                             limits::candidates_max);
}

// All in the amount block; where it is crowded, what is indexed under the probe keys.
Step<Found> find_in_block(Session& s, const Looker& looker, Side side,
                          const match::ProbeOptions& look) {
    Found found;
    const auto block = match::block_of(looker.key, looker.identity);
    if (!block)
        co_return found;
    const Waiting whole =
        co_await store::walk_block(s, looker.tenant, side, *block,
                                   match::keys_read_max(looker.identity), limits::candidates_max);
    found.reads = whole.reads;
    if (!whole.overflow) {
        found.owners = whole.owners;
        co_return found;
    }
    const bool is_full = look == looker.full && match::keys_find_all(looker.identity);
    found.seen = is_full ? Coverage::complete : Coverage::by_keys;
    found.add(co_await look_up(s, looker, side, looker.strong ? look.remaining() : look));
    co_return found;
}

// Returns every possible candidate or none. A partial key search may only answer "none"; any hit
// triggers the full search.
Step<Found> find_exact(Session& s, const Looker& looker, Side side, Reach reach) {
    store::Reads spent;
    if (reach == Reach::exact && !looker.looks_at_once_under_all()) {
        const Found few = co_await find_in_block(s, looker, side, looker.first);
        if (few.owners.empty() || few.seen == Coverage::complete)
            co_return few;
        spent = few.reads;
    }
    Found all = co_await find_in_block(s, looker, side, looker.full);
    all.reads += spent;
    co_return all;
}

// And those that share an identifier, unless one identifier is too common to identify a payment, or
// they are more than are compared.
Step<Found> with_loose(Session& s, const Looker& looker, Found found) {
    Found all = found;
    for (const std::int64_t block : match::loose_blocks(looker.key, looker.identity, looker.of)) {
        const Waiting more = co_await walk(s, looker, looker.looks_for(), block);
        all.add(more);
        found.is_cut = more.overflow || all.owners.size() > limits::candidates_max;
        if (found.is_cut)
            break;
    }
    found.reads = all.reads;
    co_return found.is_cut ? found : all;
}

Step<Found> find_strong(Session& s, const Looker& looker, Reach reach) {
    Found found;
    found.seen = Coverage::by_strong_keys;
    if (!looker.looks_at_once_under_all())
        co_return found;
    found.add(co_await look_up(s, looker, looker.looks_for(), looker.full.strong()));
    if (reach == Reach::loose)
        found = co_await with_loose(s, looker, std::move(found));
    co_return found;
}

Step<Found> find(Session& s, const Looker& looker, Reach reach) {
    const Side side = looker.looks_for();
    Found found = co_await find_exact(s, looker, side, reach);
    if (reach == Reach::exact)
        co_return found;
    if (looker.strong)
        found.is_cut = looker.strong->is_cut;
    else
        found = co_await with_loose(s, looker, std::move(found));
    const bool anybody = !found.owners.empty() || (looker.strong && looker.strong->anybody);
    if (anybody || found.is_cut || side == Side::settlement)
        co_return found;
    Looker anew = looker;
    anew.strong = nullptr; // in the archive nothing is known yet
    co_return co_await find_in_block(s, anew, Side::archive, looker.full);
}

std::vector<SettlementId> ids_of(const std::vector<std::int64_t>& owners) {
    std::vector<SettlementId> ids;
    for (const std::int64_t owner : owners)
        ids.push_back(SettlementId{owner});
    return ids;
}

void add_once(std::vector<domain::Payment>& payments, domain::Payment payment) {
    if (std::ranges::find(payments, payment.id, &domain::Payment::id) == payments.end())
        payments.push_back(std::move(payment));
}

template <class T>
Candidates<T> nobody_yet(const Found& found) {
    Candidates<T> near;
    near.is_cut = found.is_cut;
    near.anybody = !found.owners.empty();
    near.seen = found.seen;
    near.reads = found.reads;
    return near;
}

Step<Candidates<domain::Payment>> load(Session& s, TenantId tenant,
                                       const domain::Settlement& settlement, const Found& found,
                                       std::vector<domain::Payment> known = {}) {
    std::ranges::move(co_await store::find_payments(s, tenant, found.owners),
                      std::back_inserter(known));
    std::ranges::sort(known, {}, &domain::Payment::id);
    auto near = nobody_yet<domain::Payment>(found);
    for (domain::Payment& payment : known)
        if (settlement.refuses(payment.id))
            add_once(near.refused, std::move(payment));
        else
            near.add(std::move(payment));
    co_return near;
}

} // namespace

Step<Candidates<domain::Payment>> strong_payments_near(Session& s, const Context& context,
                                                       TenantId tenant,
                                                       const domain::Settlement& settlement,
                                                       Reach reach) {
    const Looker looker = looker_of(context, tenant, settlement);
    const Found found = co_await find_strong(s, looker, reach);
    co_return co_await load(s, tenant, settlement, found);
}

Step<Candidates<domain::Payment>> payments_near(Session& s, const Context& context, TenantId tenant,
                                                const domain::Settlement& settlement, Reach reach,
                                                const Candidates<domain::Payment>* strong) {
    Looker looker = looker_of(context, tenant, settlement);
    const bool is_known = strong && looker.looks_at_once_under_all() &&
                          strong->seen == Coverage::by_strong_keys; // no candidate was left out
    if (is_known)
        looker.strong = strong;
    Found found = co_await find(s, looker, reach);
    if (!is_known)
        co_return co_await load(s, tenant, settlement, found);
    found.leave_out(strong->items);
    const std::size_t room = limits::candidates_max - strong->items.size();
    if (found.owners.size() > room && reach == Reach::loose) {
        auto cut = co_await payments_near(s, context, tenant, settlement, Reach::exact);
        cut.is_cut = true;
        co_return cut;
    }
    found.keep(room); // who is known comes first
    auto all = co_await load(s, tenant, settlement, found, strong->items);
    for (const domain::Payment& payment : strong->refused)
        add_once(all.refused, payment);
    co_return all;
}

Step<Candidates<domain::Settlement>>
settlements_near(Session& s, const Context& context, TenantId tenant,
                 const domain::Payment& payment, const domain::Settlement& judged, Reach reach) {
    const Looker looker{context.keys.of(tenant), tenant, match::Of::payment, payment.identity};
    Found found = co_await find(s, looker, reach);
    auto near = nobody_yet<domain::Settlement>(found);
    near.add(judged);
    std::erase(found.owners, judged.id.value);
    for (domain::Settlement& settlement : co_await store::find_settlements(s, tenant, found.owners))
        if (!settlement.refuses(payment.id))
            near.add(std::move(settlement));
    co_return near;
}

Step<std::vector<SettlementId>> waiting_near(Session& s, const Context& context, TenantId tenant,
                                             const match::MatchFields& payment) {
    const Looker looker{context.keys.of(tenant), tenant, match::Of::payment, payment};
    co_return ids_of((co_await find_in_block(s, looker, Side::settlement, looker.full)).owners);
}

Step<std::vector<std::int64_t>> waiting_sharing(Session& s, const Context& context, TenantId tenant,
                                                const std::vector<match::MatchFields>& payments) {
    Found found;
    std::set<std::int64_t> walked;
    for (const match::MatchFields& payment : payments) {
        const Looker looker{context.keys.of(tenant), tenant, match::Of::payment, payment};
        auto blocks = match::loose_blocks(looker.key, payment, looker.of);
        std::erase_if(blocks, [&](std::int64_t block) { return !walked.insert(block).second; });
        // There are nearly always none: one search of all blocks together, since every payment comes here.
        const bool anybody = co_await store::waits_in_any(s, tenant, Side::settlement, blocks);
        for (std::size_t i = 0; anybody && i < blocks.size(); ++i) {
            const Waiting more = co_await walk(s, looker, Side::settlement, blocks[i]);
            if (!more.overflow) // what so many share identifies no payment
                found.add(more);
        }
    }
    co_return found.owners;
}

} // namespace settled::units
