#include "worker/timers.h"

#include "observe/log.h"
#include "store/queries/directory.h"
#include "store/queries/nodes.h"
#include "store/queries/seals.h"
#include "units/evidence/seal.h"
#include "units/matching/run_timer.h"
#include "units/payments/overdue.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace settled::worker {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t bite = 200;
constexpr auto interval = 250ms; // how late a timer may be

} // namespace

void Timers::start() {
    boost::asio::co_spawn(io_, watch(), boost::asio::detached);
}

void Timers::stop() {
    stopped_ = true;
    pause_.cancel();
}

Task<> Timers::watch() {
    while (!stopped_) {
        const bool more = co_await run_due();
        if (more)
            continue;
        if (clock_.steady() >= next_sweep_) {
            co_await sweep();
            next_sweep_ = clock_.steady() + sweep_interval;
        }
        pause_.expires_after(interval);
        boost::system::error_code cancelled;
        co_await pause_.async_wait(
            boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    }
}

Task<bool> Timers::run_due() {
    if (!node_.does_job(store::job_timers))
        co_return false;
    const Instant now = clock_.now();
    auto due = co_await store_.read<std::vector<store::TaskRow>>(
        [now](store::Session& s) { return store::due_timers(s, now, bite); });
    if (!due) {
        log::lasting("outbox.unreadable", due.error(), {});
        co_return false;
    }
    const bool is_full = due->size() == bite;
    const bool all_done = co_await carry_out(std::move(*due));
    co_return (all_done && is_full);
}

Task<> Timers::sweep() {
    if (!node_.does_job(store::job_timers))
        co_return;
    const auto tenants = co_await store_.read<std::vector<store::TenantRow>>(
        [](store::Session& s) { return store::list_tenants(s); });
    if (!tenants) {
        log::lasting("sweep.failed", tenants.error(), {});
        co_return;
    }
    for (const store::TenantRow& tenant : *tenants) {
        co_await seal(tenant.id);
        for (std::size_t rail = 0; rail < match::rails; ++rail)
            co_await sweep_rail(tenant.id, static_cast<match::Rail>(rail));
    }
}

Task<> Timers::seal(TenantId tenant) {
    bool more = true;
    while (more && !stopped_) {
        const Instant now = clock_.now();
        const auto next = co_await store_.read<std::optional<units::NextSeal>>(
            [tenant, now](store::Session& s) { return units::next_seal(s, tenant, now); });
        if (!next)
            log::lasting("seal.failed", next.error(), {});
        if (!next || !*next)
            co_return;
        const auto shared = std::make_shared<const units::NextSeal>(**next);
        const auto sealed = co_await store_.write<void>([tenant, shared](store::Session& s) {
            return store::insert_seal(s, tenant, shared->seal);
        });
        if (!sealed)
            log::lasting("seal.failed", sealed.error(), {});
        more = sealed && shared->more;
    }
}

Task<> Timers::sweep_rail(TenantId tenant, match::Rail rail) {
    bool more = true;
    while (more && !stopped_) {
        const Instant now = clock_.now();
        const units::Context& context = context_;
        const auto swept =
            co_await store_.write<bool>([&context, tenant, rail, now](store::Session& s) {
                return units::sweep_overdue(s, context, tenant, rail, now);
            });
        if (!swept)
            log::lasting("sweep.failed", swept.error(), {{"rail", match::token(rail)}});
        more = swept && *swept;
    }
}

// All of them are handed to the store at once, so that it can commit them together.
Task<bool> Timers::carry_out(std::vector<store::TaskRow> due) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    const Instant now = clock_.now();
    const units::Context& context = context_;
    std::vector<store::Pending<bool>> under_way;
    for (const store::TaskRow& task : due) {
        const auto shared = std::make_shared<const store::TaskRow>(task);
        under_way.push_back(
            store_.write<bool>(executor, [&context, shared, now](store::Session& s) {
                return units::run_timer(s, context, *shared, now);
            }));
    }
    bool all_done = true;
    for (std::size_t i = 0; i < due.size(); ++i) {
        const Result<bool> told = co_await under_way[i].wait();
        all_done = all_done && told.has_value();
        if (!told)
            log::lasting("timer.failed", told.error(), {{"task", to_string(due[i].id)}});
        else if (*told)
            probe_.told_unmatched();
    }
    co_return all_done;
}

} // namespace settled::worker
