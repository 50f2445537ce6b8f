#include "worker/learner.h"

#include "observe/log.h"
#include "store/queries/directory.h"
#include "store/queries/money/references.h"

#include <algorithm>

namespace settled::worker {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t bite = 50; // rows a unit: about a millisecond of the writer

} // namespace

Learner::Learner(boost::asio::io_context& io, LearnerDeps deps)
    : deps_(std::move(deps)), task_(io, std::clamp<std::chrono::seconds>(deps_.lag, 1s, 30s),
                                    [this] { return run_once(); }) {}

Task<> Learner::run_once() {
    if (!goes_on())
        co_return;
    const auto tenants = co_await deps_.store.read<std::vector<store::TenantRow>>(
        [](store::Session& s) { return store::list_tenants(s); });
    if (!tenants) {
        log::lasting("learning.failed", tenants.error(), {});
        co_return;
    }
    bool plans_changed = false;
    for (const store::TenantRow& tenant : *tenants) {
        const auto changed = co_await learn_of(tenant.id);
        if (!changed)
            log::lasting("learning.failed", changed.error(), {{"tenant", to_string(tenant.id)}});
        plans_changed = plans_changed || changed.value_or(false);
        co_await forget_references(tenant.id);
    }
    if (plans_changed)
        co_await deps_.plans_changed();
}

Task<Result<bool>> Learner::learn_of(TenantId tenant) {
    const units::Context& context = deps_.context;
    std::set<std::string> receivers;
    bool plans_changed = false;
    std::size_t last = bite;
    while (last == bite && goes_on()) {
        const Instant now = deps_.clock.now();
        const Instant until = now - deps_.lag;
        const auto learnt = co_await deps_.store.write<units::Learnt>(
            [&context, tenant, until, now](store::Session& s) {
                return units::learn_from_matches(s, context, tenant, until, now, bite);
            },
            store::Priority::background);
        if (!learnt)
            co_return std::unexpected(learnt.error());
        last = learnt->matches;
        deps_.probe.learnt(learnt->matches);
        receivers.insert(learnt->receivers.begin(), learnt->receivers.end());
        plans_changed = plans_changed || learnt->plans_changed;
    }
    for (const std::string& receiver : receivers) {
        const Instant now = deps_.clock.now();
        const auto changed = co_await deps_.store.write<bool>(
            [tenant, receiver, now](store::Session& s) {
                return units::learn_cap(s, tenant, receiver, now);
            },
            store::Priority::background);
        if (!changed)
            co_return std::unexpected(changed.error());
        plans_changed = plans_changed || *changed;
    }
    co_return plans_changed;
}

Task<> Learner::forget_references(TenantId tenant) {
    std::int64_t last = static_cast<std::int64_t>(bite);
    while (last == static_cast<std::int64_t>(bite) && goes_on()) {
        const Instant now = deps_.clock.now();
        const auto gone = co_await deps_.store.write<std::int64_t>(
            [tenant, now](store::Session& s) {
                return store::forget_references(s, tenant, now, bite);
            },
            store::Priority::background);
        if (!gone)
            log::lasting("references.not_forgotten", gone.error(), {});
        last = gone.value_or(0);
    }
}

} // namespace settled::worker
