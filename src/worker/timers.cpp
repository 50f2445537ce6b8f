#include "worker/timers.h"

#include "observe/log.h"
#include "store/queries/directory.h"
#include "store/queries/nodes.h"
#include "store/queries/seals.h"
#include "units/evidence/seal.h"
#include "units/matching/run_timer.h"
#include "units/payments/overdue.h"
#include "units/searching/fill_words.h"
#include "units/watching/connector_silence.h"

#include <algorithm>

namespace settled::worker {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t bite = 200;
constexpr auto interval = 250ms; // how late a timer may be
// What is decided in one commit: a webhook that comes meanwhile waits for all of it.
constexpr std::size_t at_once = 32;

// Steps of long tasks let callers go first.
store::Priority priority_of(const store::TaskRow& task) {
    const bool is_step = task.kind == store::task_statement || task.kind == store::task_cancel ||
                         task.kind == store::task_recover || task.kind == store::task_tell_dead;
    return is_step ? store::Priority::background : store::Priority::foreground;
}

} // namespace

Timers::Timers(boost::asio::io_context& io, store::Store& store, const units::Context& context,
               const Clock& clock, const Probe& probe, const node::Membership& node)
    : store_(store), context_(context), clock_(clock), probe_(probe), node_(node),
      task_(io, [this] { return round(); }), next_sweep_(clock.steady() + sweep_interval) {}

Task<std::chrono::microseconds> Timers::round() {
    const bool more = co_await run_due();
    if (clock_.steady() >= next_sweep_) {
        co_await sweep();
        next_sweep_ = clock_.steady() + sweep_interval;
    }
    co_return more ? 0us : interval;
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
    // The next step of a statement is due at once.
    const bool has_statement = std::ranges::any_of(
        *due, [](const store::TaskRow& task) { return task.kind == store::task_statement; });
    bool all_done = true;
    for (std::size_t first = 0; first < due->size(); first += at_once) {
        const std::size_t count = std::min(at_once, due->size() - first);
        const bool done = co_await carry_out(std::span(*due).subspan(first, count));
        all_done = all_done && done;
    }
    co_return (all_done && (is_full || has_statement));
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
        co_await watch_connectors(tenant.id);
        co_await fill_words(tenant.id);
        for (std::size_t rail = 0; rail < match::rails; ++rail)
            co_await sweep_rail(tenant.id, static_cast<match::Rail>(rail));
    }
}

Task<> Timers::seal(TenantId tenant) {
    bool more = true;
    while (more && !task_.is_stopped()) {
        const Instant now = clock_.now();
        const auto next = co_await store_.read<std::optional<units::NextSeal>>(
            [tenant, now](store::Session& s) { return units::next_seal(s, tenant, now); });
        if (!next)
            log::lasting("seal.failed", next.error(), {});
        if (!next || !*next)
            co_return;
        const auto shared = std::make_shared<const units::NextSeal>(**next);
        const auto sealed = co_await store_.write<void>(
            [tenant, shared](store::Session& s) {
                return store::insert_seal(s, tenant, shared->seal);
            },
            store::Priority::background);
        if (!sealed)
            log::lasting("seal.failed", sealed.error(), {});
        more = sealed && shared->more;
    }
}

Task<> Timers::watch_connectors(TenantId tenant) {
    const Instant now = clock_.now();
    const auto changed = co_await store_.read<std::vector<ConnectorId>>(
        [tenant, now](store::Session& s) { return units::silence_changes(s, tenant, now); });
    if (!changed) {
        log::lasting("sweep.failed", changed.error(), {});
        co_return;
    }
    const units::Context& context = context_;
    for (const ConnectorId connector : *changed) {
        const auto published =
            co_await store_.write<void>([&context, tenant, connector, now](store::Session& s) {
                return units::publish_silence(s, context, tenant, connector, now);
            });
        if (!published)
            log::lasting("sweep.failed", published.error(), {{"connector", to_string(connector)}});
    }
}

// A part of it: what is new goes first, and the rest of it has time.
Task<> Timers::fill_words(TenantId tenant) {
    constexpr int bites_at_once = 50;
    const auto lacks = co_await store_.read<bool>(
        [tenant](store::Session& s) { return units::lacks_words(s, tenant); });
    if (!lacks)
        log::lasting("sweep.failed", lacks.error(), {});
    bool more = lacks && *lacks;
    for (int i = 0; i < bites_at_once && more && !task_.is_stopped(); ++i) {
        const auto filled = co_await store_.write<bool>(
            [tenant](store::Session& s) { return units::fill_words(s, tenant); },
            store::Priority::background);
        if (!filled)
            log::lasting("sweep.failed", filled.error(), {});
        more = filled && *filled;
    }
}

Task<> Timers::sweep_rail(TenantId tenant, match::Rail rail) {
    bool more = true;
    while (more && !task_.is_stopped()) {
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
Task<bool> Timers::carry_out(std::span<const store::TaskRow> due) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    const Instant now = clock_.now();
    const units::Context& context = context_;
    std::vector<store::Pending<bool>> under_way;
    for (const store::TaskRow& task : due) {
        const auto shared = std::make_shared<const store::TaskRow>(task);
        under_way.push_back(store_.write<bool>(
            executor,
            [&context, shared, now](store::Session& s) {
                return units::run_timer(s, context, *shared, now);
            },
            priority_of(task)));
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
