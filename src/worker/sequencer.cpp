#include "worker/sequencer.h"

#include "base/id.h"
#include "observe/log.h"
#include "store/queries/nodes.h"

namespace settled::worker {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds interval = 100ms; // how late a feed may be
constexpr std::chrono::microseconds after_failure = 1s;
// Ids carry the time at which they were minted; clocks differ by less.
constexpr auto anyone_after = 3s;
constexpr std::size_t bite = 500; // rows a unit: some 2 ms of SQLite's writer

} // namespace

Sequencer::Sequencer(boost::asio::io_context& io, store::Store& store, const Clock& clock,
                     const node::Membership& node)
    : store_(store), clock_(clock), node_(node), task_(io, [this] { return round(); }) {}

Task<std::chrono::microseconds> Sequencer::round() {
    const bool worked = co_await run_once();
    co_return worked ? interval : after_failure;
}

bool Sequencer::is_ours(const store::WaitingForFeeds& waiting) const {
    return node_.does_job(store::job_timers) ||
           waiting.id < first_id_at(clock_.now() - anyone_after);
}

Task<bool> Sequencer::run_once() {
    co_return co_await order_all(false);
}

Task<> Sequencer::finish() {
    (void)co_await order_all(true);
}

Task<bool> Sequencer::order_all(bool whichever_node) {
    const auto waiting = co_await store_.read<std::vector<store::WaitingForFeeds>>(
        [](store::Session& s) { return store::waiting_for_feeds(s); });
    if (!waiting) {
        log::failure("feeds.unreadable", waiting.error(), {});
        co_return false;
    }
    for (const store::WaitingForFeeds& each : *waiting) {
        if (!whichever_node && !is_ours(each))
            continue;
        const bool ordered = co_await order(each.tenant);
        if (!ordered)
            co_return false;
    }
    co_return true;
}

Task<bool> Sequencer::order(TenantId tenant) {
    bool more = true;
    while (more) {
        const auto ordered = co_await store_.write<bool>(
            [tenant](store::Session& s) { return store::order_waiting(s, tenant, bite); });
        if (!ordered)
            log::failure("feeds.not_ordered", ordered.error(), {{"tenant", to_string(tenant)}});
        if (!ordered)
            co_return false;
        more = *ordered;
    }
    co_return true;
}

} // namespace settled::worker
