#include "units/payments/overdue.h"

#include "base/id.h"
#include "match/keys.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/payments.h"
#include "store/queries/sweeps.h"
#include "units/deliveries/publish.h"
#include "units/matching/pairing.h"
#include "units/matching/settle.h"

#include <fmt/format.h>

#include <map>
#include <string>

namespace settled::units {

namespace {

using domain::PaymentStatus;
using store::Session;
using store::Step;

constexpr std::size_t bite = 200;
// The longest that a bank is known to go on sending a webhook that was not taken.
constexpr auto delivery_lag = std::chrono::hours(72);

constexpr auto step = std::chrono::hours(1);
// So far the walk stays behind the present: longer than any transaction takes that has minted an id.
constexpr std::chrono::microseconds behind = std::chrono::seconds(10);

// After how long something is to happen, by one rule set.
using After = std::chrono::hours (*)(const match::RuleSet& rules, match::Rail rail);

std::chrono::hours overdue_after(const match::RuleSet& rules, match::Rail rail) {
    return rules.overdue(rail);
}

std::chrono::hours archived_after(const match::RuleSet& rules, match::Rail rail) {
    return std::max(rules.window(rail), rules.overdue(rail)) + delivery_lag;
}

// What is swept: all open payments of a rail that are old enough.
struct Sweep {
    std::string_view name;
    match::Rail rail{};
    After after = nullptr;

    // Each time has a cursor of its own, whose name is this and its hours.
    std::string prefix() const { return fmt::format("{}/{}/", name, match::token(rail)); }
    std::chrono::hours time_of(const UnitScope& work, const domain::Payment& payment) const {
        return after(*work.context.rules_of(work.tenant, payment.identity.account), rail);
    }
};

struct Walked {
    std::vector<domain::Payment> payments; // that the sweep is for
    bool more = false;
};

// Moves the cursor over payments that were registered that long ago. Payments that would have been
// due earlier are among them, too: the rules of their account may have changed.
Step<Walked> walk(Session& s, const UnitScope& work, Sweep sweep, std::chrono::hours time,
                  std::int64_t from) {
    const std::string name = sweep.prefix() + std::to_string(time.count());
    const Instant until = work.now - std::max<std::chrono::microseconds>(time, behind);
    const std::int64_t end = first_id_at(until);
    Walked walked;
    if (end <= from)
        co_return walked;
    auto open = co_await store::walk_open_payments(s, work.tenant, from, end, bite);
    walked.more = open.size() == bite;
    // Where nothing was found the place is kept for a while: an idle server writes nothing.
    if (!open.empty() || end - from > first_id_at(until) - first_id_at(until - step))
        co_await store::move_sweep(s, work.tenant, name, walked.more ? open.back().id.value : end);
    for (domain::Payment& payment : open)
        if (payment.identity.rail == sweep.rail && sweep.time_of(work, payment) <= time)
            walked.payments.push_back(std::move(payment));
    co_return walked;
}

// How far the walk has come for each time that rules of the tenant name, or named before: a payment
// that has come under other rules is passed by at least one cursor that was not beyond it yet.
Step<std::map<std::chrono::hours, std::int64_t>> cursors_of(Session& s, const UnitScope& work,
                                                            Sweep sweep) {
    std::map<std::chrono::hours, std::int64_t> cursors;
    const std::string prefix = sweep.prefix();
    for (const store::SweepRow& row : co_await store::sweeps_under(s, work.tenant, prefix))
        cursors[std::chrono::hours(std::stoi(row.name.substr(prefix.size())))] = row.cursor;
    for (const auto& rules : work.context.all_rules_of(work.tenant))
        cursors.try_emplace(sweep.after(*rules, sweep.rail), 0);
    co_return cursors;
}

// The payment as it is once locked; nullopt when it is not open any more.
Step<std::optional<domain::Payment>> lock_open(Session& s, const UnitScope& work,
                                               const domain::Payment& seen) {
    store::Locks locks;
    add_block_lock(locks, work.context, work.tenant, seen.identity);
    locks.add(store::Lock::endpoints_shared(work.tenant));
    co_await s.lock(locks);
    auto payment = co_await store::find_payment(s, work.tenant, seen.id);
    if (!domain::is_open(payment->status))
        co_return std::nullopt;
    co_return payment;
}

Step<> make_overdue(Session& s, const UnitScope& work, const domain::Payment& seen, Instant due) {
    auto payment = co_await lock_open(s, work, seen);
    if (!payment || payment->status != PaymentStatus::expected)
        co_return;
    const store::PaymentState before = store::state_of(*payment);
    payment->status = PaymentStatus::overdue;
    ++payment->version;
    co_await update_payment(s, work, before, *payment);
    const auto event =
        domain::overdue_event(work.context.ids.next<EventId>(), *payment, due, work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

Step<> archive(Session& s, const UnitScope& work, const domain::Payment& seen) {
    const auto payment = co_await lock_open(s, work, seen);
    if (!payment || payment->status != PaymentStatus::overdue)
        co_return;
    const auto keys = match::stored_keys(work.context.keys.of(work.tenant), payment->identity,
                                         match::Of::payment);
    co_await store::move_match_keys(s, work.tenant, store::Side::payment, store::Side::archive,
                                    payment->id.value, keys);
    co_await settle_waiting(s, work.context, work.tenant, payment->identity, work.now);
}

} // namespace

Step<bool> sweep_overdue(Session& s, const Context& context, TenantId tenant, match::Rail rail,
                         Instant now) {
    const UnitScope work{context, tenant, now};
    bool more = false;
    const Sweep late{"overdue", rail, overdue_after};
    for (const auto& [time, from] : co_await cursors_of(s, work, late)) {
        const Walked walked = co_await walk(s, work, late, time, from);
        more = more || walked.more;
        for (const domain::Payment& payment : walked.payments)
            co_await make_overdue(s, work, payment,
                                  std::max(payment.created_at, payment.registered_at) +
                                      late.time_of(work, payment));
    }
    const Sweep old{"archive", rail, archived_after};
    for (const auto& [time, from] : co_await cursors_of(s, work, old)) {
        const Walked walked = co_await walk(s, work, old, time, from);
        more = more || walked.more;
        for (const domain::Payment& payment : walked.payments)
            co_await archive(s, work, payment);
    }
    co_return more;
}

} // namespace settled::units
