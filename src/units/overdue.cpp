#include "units/overdue.h"

#include "base/id.h"
#include "match/keys.h"
#include "store/match_keys.h"
#include "store/payments.h"
#include "store/sweeps.h"
#include "units/pairing.h"
#include "units/tell.h"

#include <fmt/format.h>

namespace settled::units {

namespace {

using flow::PaymentStatus;
using store::Session;
using store::Step;

constexpr std::size_t bite = 200;
// The longest that a bank is known to go on sending a webhook that was not taken.
constexpr auto delivery_lag = std::chrono::hours(72);

constexpr auto step = std::chrono::hours(1);

struct Walked {
    std::vector<flow::Payment> payments; // of that rail, open
    bool more = false;
};

// Moves the cursor over what was registered before `until`.
Step<Walked> walk(Session& s, const Work& work, std::string name, match::Rail rail, Instant until) {
    const std::int64_t from = co_await store::sweep_cursor(s, work.tenant, name);
    const std::int64_t end = first_id_at(until);
    Walked walked;
    if (end <= from)
        co_return walked;
    auto open = co_await store::walk_open_payments(s, work.tenant, from, end, bite);
    walked.more = open.size() == bite;
    // Where nothing was found the place is kept for a while: an idle server writes nothing.
    if (!open.empty() || end - from > first_id_at(until) - first_id_at(until - step))
        co_await store::move_sweep(s, work.tenant, name, walked.more ? open.back().id.value : end);
    for (flow::Payment& payment : open)
        if (payment.identity.rail == rail)
            walked.payments.push_back(std::move(payment));
    co_return walked;
}

// The payment as it stands under its lock; nullopt when it is not open any more.
Step<std::optional<flow::Payment>> lock_open(Session& s, const Work& work,
                                             const flow::Payment& seen) {
    store::Locks locks;
    add_block_lock(locks, work.context, work.tenant, seen.identity);
    locks.add(store::Lock::endpoints_stay(work.tenant));
    co_await s.lock(locks);
    auto payment = co_await store::find_payment(s, work.tenant, seen.id);
    if (!flow::is_open(payment->status))
        co_return std::nullopt;
    co_return payment;
}

Step<> make_overdue(Session& s, const Work& work, const flow::Payment& seen, Instant due) {
    auto payment = co_await lock_open(s, work, seen);
    if (!payment || payment->status != PaymentStatus::expected)
        co_return;
    const bool updated =
        co_await store::update_payment(s, work.tenant, payment->id, payment->status,
                                       {PaymentStatus::overdue, payment->settled_minor});
    SETTLED_ASSERT(updated, "a payment that was read under its lock stands as it was read");
    payment->status = PaymentStatus::overdue;
    ++payment->version;
    const auto event =
        flow::overdue_event(work.context.ids.next<EventId>(), *payment, due, work.now);
    co_await tell(s, work.context, work.tenant, event);
}

Step<> archive(Session& s, const Work& work, const flow::Payment& seen) {
    const auto payment = co_await lock_open(s, work, seen);
    if (!payment || payment->status != PaymentStatus::overdue)
        co_return;
    const auto keys = match::stored_keys(work.context.keys.of(work.tenant), payment->identity,
                                         match::Of::payment);
    co_await store::move_match_keys(s, work.tenant, store::Side::payment, store::Side::archive,
                                    payment->id.value, keys);
}

} // namespace

Step<bool> sweep_overdue(Session& s, const Context& context, TenantId tenant, match::Rail rail,
                         Instant now) {
    const Work work{context, tenant, now};
    const auto rules = context.rules_of(tenant, "");
    const auto patience = rules->overdue(rail);
    const std::string rail_name(match::token(rail));
    const Walked late =
        co_await walk(s, work, fmt::format("overdue/{}", rail_name), rail, now - patience);
    for (const flow::Payment& payment : late.payments)
        co_await make_overdue(s, work, payment,
                              std::max(payment.created_at, payment.registered_at) + patience);
    const Walked old = co_await walk(s, work, fmt::format("archive/{}", rail_name), rail,
                                     now - std::max(rules->window(rail), patience) - delivery_lag);
    for (const flow::Payment& payment : old.payments)
        co_await archive(s, work, payment);
    co_return late.more || old.more;
}

} // namespace settled::units
