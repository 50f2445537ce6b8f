#include "worker/purger.h"

#include "observe/log.h"
#include "store/queries/directory.h"
#include "store/queries/nodes.h"

#include <deque>

namespace settled::worker {

namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 1s;   // for what a caller has asked for
constexpr auto daily_interval = 60s; // whether a day is over

} // namespace

Purger::Purger(boost::asio::io_context& io, PurgerDeps deps)
    : deps_(std::move(deps)), task_(io, look_interval, [this] { return run_once(); }) {}

Task<> Purger::run_once() {
    if (!goes_on())
        co_return;
    if (deps_.clock.steady() >= next_daily_) {
        const auto begun = co_await begin_daily();
        if (!begun)
            log::lasting("purge.failed", begun.error(), {});
        next_daily_ = deps_.clock.steady() + daily_interval;
    }
    const auto running = co_await deps_.store.read<std::vector<store::RunningPurge>>(
        [](store::Session& s) { return store::running_purges(s); });
    if (!running) {
        log::lasting("purge.failed", running.error(), {});
        co_return;
    }
    std::deque<store::RunningPurge> turns(running->begin(), running->end());
    while (!turns.empty() && goes_on()) {
        const store::RunningPurge purge = turns.front();
        turns.pop_front();
        const auto more = co_await take_bite(purge);
        if (!more)
            log::lasting("purge.failed", more.error(), {{"purge", to_string(purge.id)}});
        if (more.value_or(false))
            turns.push_back(purge);
        if (!turns.empty())
            co_await task_.wait(store::Appetite::rest_after(last_bite_));
    }
}

Task<Result<>> Purger::begin_daily() {
    auto tenants = co_await deps_.store.read<std::vector<store::TenantRow>>(
        [](store::Session& s) { return store::list_tenants(s); });
    if (!tenants)
        co_return std::unexpected(tenants.error());
    const units::Context& context = deps_.context;
    const domain::Retention retention = deps_.retention;
    for (const store::TenantRow& tenant : *tenants) {
        const Instant now = deps_.clock.now();
        const TenantId id = tenant.id;
        const auto begun =
            co_await deps_.store.write<bool>([&context, id, retention, now](store::Session& s) {
                return units::begin_daily_purge(s, context, id, retention, now);
            });
        if (!begun)
            co_return std::unexpected(begun.error());
    }
    co_return Result<>{};
}

Task<Result<bool>> Purger::take_bite(store::RunningPurge purge) {
    const units::Context& context = deps_.context;
    const store::Bite bite = appetite_.next();
    const Instant now = deps_.clock.now();
    const auto begin = deps_.clock.steady();
    const auto step = co_await deps_.store.write<units::PurgeStep>(
        [&context, purge, now, bite](store::Session& s) {
            return units::purge_some(s, context, purge.tenant, purge.id, now, bite);
        },
        store::Priority::background);
    if (!step)
        co_return std::unexpected(step.error());
    last_bite_ =
        std::chrono::duration_cast<std::chrono::microseconds>(deps_.clock.steady() - begin);
    appetite_.took(last_bite_);
    if (!step->dry_run)
        deps_.probe.purged(step->counts);
    co_return step->more;
}

} // namespace settled::worker
