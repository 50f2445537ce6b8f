#include "node/node_lease.h"

#include "base/limits.h"
#include "observe/log.h"
#include "store/queries/tasks.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace settled::node {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr Instant for_ever{INT64_MAX};
constexpr std::chrono::microseconds try_again_after = 1s;
constexpr auto orphans_interval = 60s;
constexpr int tries_max = 50; // others may be faster that often

std::uint8_t number_of(std::int64_t holder) {
    return static_cast<std::uint8_t>(holder % static_cast<std::int64_t>(limits::nodes_max));
}

} // namespace

// Single-process store: no row is written, so the server can start (and report) on a full disk. The
// holder only has to differ from earlier ones.
void NodeLease::join_alone() {
    deps_.ids.take_number(0, {0}, for_ever);
    Standing standing;
    standing.holder = deps_.clock.now().us / 1000 * static_cast<std::int64_t>(limits::nodes_max);
    standing.lease_until = standing.look_until = Clock::Steady::max();
    standing.is_worker = deps_.roles.worker;
    if (deps_.roles.worker)
        standing.jobs = {std::string(store::job_timers), std::string(store::job_retention),
                         std::string(store::job_learning)};
    deps_.membership.set(std::move(standing));
}

Task<Result<>> NodeLease::join() {
    if (deps_.is_alone) {
        join_alone();
        co_return Result<>{};
    }
    for (int tries = 0; tries < tries_max; ++tries) {
        const Clock::Steady begin = deps_.clock.steady();
        const Instant now = deps_.clock.now();
        const Instant until = now + deps_.lease;
        const auto applicant = std::make_shared<const Applicant>(deps_.instance, deps_.roles.text(),
                                                                 now, until, deps_.version);
        const auto joined = co_await deps_.store.write<std::optional<Joined>>(
            [applicant](store::Session& s) { return node::join(s, applicant); });
        if (!joined)
            co_return std::unexpected(joined.error());
        if (!*joined)
            continue;
        const Joined& mine = **joined;
        if (mine.holder == 0)
            co_return fail(Code::node_unleased, "all node numbers are taken; see the table node");
        deps_.ids.take_number(number_of(mine.holder), mine.ids_after, until);
        Standing standing;
        standing.holder = mine.holder;
        standing.lease_until = begin + deps_.lease;
        standing.is_worker = deps_.roles.worker;
        standing.look_until = begin + limits::node_look_age_max;
        standing.works_from = begin;
        // Until the others have seen this node and what they had begun by then is over.
        if (mine.has_others)
            standing.works_from += limits::node_look_age_max + limits::delivery_wait_max;
        deps_.membership.set(std::move(standing));
        deps_.probe.joined();
        log::info("node.joined", {{"number", std::int64_t{number_of(mine.holder)}},
                                  {"holder", mine.holder},
                                  {"roles", deps_.roles.text()}});
        co_return Result<>{};
    }
    co_return fail(Code::node_unleased, "others were faster to take each node number; try again");
}

Task<> NodeLease::leave() {
    const std::int64_t holder = deps_.membership.standing().holder;
    if (holder == 0)
        co_return;
    deps_.membership.set({});
    const Instant ids_until = deps_.ids.last();
    deps_.ids.extend(ids_until);
    std::int64_t swept = limits::tasks_swept_at_once;
    while (swept == static_cast<std::int64_t>(limits::tasks_swept_at_once)) {
        const auto some =
            co_await deps_.store.write<std::int64_t>([holder, ids_until](store::Session& s) {
                return give_all_back(s, holder, limits::tasks_swept_at_once, for_ever, ids_until);
            });
        if (!some) {
            log::failure("node.not_left", some.error(), {{"holder", holder}});
            co_return;
        }
        swept = *some;
    }
    deps_.probe.left();
    log::info("node.left", {{"holder", holder}});
}

void NodeLease::start(asio::io_context& io) {
    if (deps_.is_alone) {
        looking_ = std::make_unique<RepeatingTask>(io, [this] { return free_what_was_held(); });
        looking_->start();
        return;
    }
    renewing_ = std::make_unique<RepeatingTask>(io, [this] { return keep_renewing(); });
    looking_ = std::make_unique<RepeatingTask>(io, [this] { return keep_looking(); });
    renewing_->start();
    looking_->start();
}

void NodeLease::stop() {
    stopped_ = true;
    if (renewing_)
        renewing_->stop();
    if (looking_)
        looking_->stop();
}

void NodeLease::release_io() {
    renewing_.reset();
    looking_.reset();
}

Task<std::chrono::microseconds> NodeLease::keep_renewing() {
    const auto renewed = co_await renew();
    if (!renewed)
        log::lasting("node.not_renewed", renewed.error(), {});
    const std::chrono::microseconds interval = deps_.lease / limits::renewals_per_lease;
    co_return renewed ? interval : std::min(interval, try_again_after);
}

// By the process that had the store before.
Task<std::chrono::microseconds> NodeLease::free_what_was_held() {
    constexpr auto bite = static_cast<std::int64_t>(limits::tasks_swept_at_once);
    const auto freed = co_await free_orphans();
    if (!freed)
        co_return try_again_after;
    if (*freed < bite)
        looking_->stop();
    co_return 0us;
}

Task<std::chrono::microseconds> NodeLease::keep_looking() {
    const auto looked = co_await look();
    if (!looked)
        log::lasting("nodes.unreadable", looked.error(), {});
    const bool has_work = looked && !over_.empty() && !is_clearing_;
    if (has_work) { // concurrently: looks must not become old
        const auto executor = co_await asio::this_coro::executor;
        asio::co_spawn(executor, clear_up(), asio::detached);
    }
    if (deps_.membership.does_job(store::job_retention) && deps_.clock.steady() >= orphans_at_) {
        orphans_at_ = deps_.clock.steady() + orphans_interval;
        const auto freed = co_await free_orphans();
        if (!freed)
            log::lasting("nodes.orphans_unreadable", freed.error(), {});
    }
    co_return looked ? std::chrono::microseconds(limits::node_look_interval) : try_again_after;
}

Task<Result<>> NodeLease::renew() {
    const std::int64_t holder = deps_.membership.holder();
    if (holder == 0) {
        give_up("its time ran out");
        co_return co_await join();
    }
    const Clock::Steady begin = deps_.clock.steady();
    const Instant now = deps_.clock.now();
    const Instant until = now + deps_.lease;
    const auto renewed = co_await deps_.store.write<bool>([holder, until, now](store::Session& s) {
        return store::renew_lease(s, holder, until, now);
    });
    if (!renewed)
        co_return std::unexpected(renewed.error());
    if (!*renewed) {
        give_up("others ended it");
        co_return co_await join();
    }
    Standing standing = deps_.membership.standing();
    // A lease that ran out while it was being renewed was given up by everyone who asked.
    if (standing.holder == holder && deps_.membership.is_member()) {
        standing.lease_until = begin + deps_.lease;
        deps_.membership.set(std::move(standing));
        deps_.ids.extend(until);
    }
    co_return Result<>{};
}

void NodeLease::give_up(std::string_view why) {
    const std::int64_t holder = deps_.membership.standing().holder;
    deps_.membership.set({});
    if (holder == 0)
        return;
    deps_.probe.lost();
    log::warn("node.lease_lost", {{"holder", holder}, {"reason", why}});
}

bool NodeLease::is_over(const store::NodeRow& node, Instant now) const {
    if (node.is_free() || node.holder == deps_.membership.standing().holder)
        return false;
    return node.lease_until <= now - limits::node_clock_skew_max;
}

Task<Result<>> NodeLease::look() {
    const Clock::Steady begin = deps_.clock.steady();
    auto seen = co_await deps_.store.read<Look>(node::look);
    if (!seen)
        co_return std::unexpected(seen.error());
    if (deps_.time != nullptr)
        deps_.time->follow(seen->clock, begin, deps_.clock.steady());
    // Of when it was asked: what has come since is not in the answer.
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(deps_.clock.steady() - begin);
    const Instant now = deps_.clock.now() - took;
    note_books(seen->books);
    if (!note_nodes(seen->nodes, now, begin))
        co_return Result<>{};
    over_.clear();
    for (const store::NodeRow& node : seen->nodes)
        if (is_over(node, now))
            over_.push_back(node.holder);
    if (deps_.roles.worker)
        co_await claim_jobs(std::move(seen->jobs), deps_.membership.holder());
    co_return Result<>{};
}

// False when this node is not one of them.
bool NodeLease::note_nodes(const std::vector<store::NodeRow>& nodes, Instant now,
                           Clock::Steady begin) {
    Standing standing = deps_.membership.standing();
    std::size_t workers = 0;
    bool is_there = false;
    for (const store::NodeRow& node : nodes) {
        const bool is_me = node.holder == standing.holder && !node.is_free();
        if (is_me) {
            is_there = true;
            standing.rank = workers;
        }
        const bool works = names_role(node.roles, role_worker) && !node.is_free();
        if (works && (is_me || !is_over(node, now)))
            ++workers;
    }
    if (!is_there || !deps_.membership.is_member())
        return false;
    standing.workers = workers;
    standing.look_until = begin + limits::node_look_age_max;
    deps_.membership.set(std::move(standing));
    return true;
}

void NodeLease::note_books(const std::vector<store::BookRow>& books) {
    for (const store::BookRow& book : books) {
        const auto [known, is_new] = books_.try_emplace(book.name, book.version);
        if (!is_new && known->second == book.version)
            continue;
        // The first look may be later than the loading of the books: they are loaded again.
        known->second = book.version;
        if (book_changed_)
            book_changed_(book.name);
    }
}

Task<> NodeLease::claim_jobs(std::vector<store::JobRow> jobs, std::int64_t holder) {
    std::set<std::string, std::less<>> mine;
    for (const store::JobRow& job : jobs) {
        if (job.lease_owner == holder)
            mine.insert(job.name);
        if (job.lease_owner != 0 || holder == 0)
            continue;
        const auto name = std::make_shared<const std::string>(job.name);
        const auto claimed = co_await deps_.store.write<bool>(
            [name, holder](store::Session& s) { return store::claim_job(s, *name, holder); });
        if (!claimed || !*claimed)
            continue;
        mine.insert(job.name);
        deps_.probe.claimed_job();
        log::info("node.job_claimed", {{"job", job.name}});
    }
    Standing standing = deps_.membership.standing();
    if (standing.holder == holder) {
        standing.jobs = std::move(mine);
        deps_.membership.set(std::move(standing));
    }
}

Task<> NodeLease::clear_up() {
    is_clearing_ = true;
    const std::vector<std::int64_t> holders = std::exchange(over_, {});
    for (const std::int64_t holder : holders) {
        const auto cleared = co_await clear_up_after(holder);
        if (!cleared)
            log::lasting("node.not_cleared_up", cleared.error(), {{"holder", holder}});
    }
    is_clearing_ = false;
}

Task<Result<std::int64_t>> NodeLease::free_orphans() {
    const std::int64_t holder = deps_.membership.standing().holder;
    auto freed = co_await deps_.store.write<std::int64_t>([holder](store::Session& s) {
        return store::free_orphans(s, holder, limits::tasks_swept_at_once);
    });
    if (freed && *freed > 0) {
        deps_.probe.gave_back(*freed);
        log::info("node.orphans_freed", {{"tasks", *freed}});
        if (tasks_freed_)
            tasks_freed_();
    }
    co_return freed;
}

Task<Result<>> NodeLease::clear_up_after(std::int64_t holder) {
    constexpr auto bite = static_cast<std::int64_t>(limits::tasks_swept_at_once);
    const auto when_lost = std::make_shared<const WhenLost>(deps_.when_lost);
    std::int64_t swept = bite;
    while (swept == bite && !stopped_) {
        const Instant ended_by = deps_.clock.now() - limits::node_clock_skew_max;
        const auto some = co_await deps_.store.write<std::int64_t>(
            [holder, ended_by, when_lost](store::Session& s) {
                return give_all_back(s, holder, limits::tasks_swept_at_once, ended_by, for_ever,
                                     when_lost);
            });
        if (!some)
            co_return std::unexpected(some.error());
        swept = *some;
        deps_.probe.gave_back(swept);
        if (swept > 0 && tasks_freed_)
            tasks_freed_();
    }
    deps_.probe.swept();
    log::info("node.cleared_up", {{"holder", holder}});
    co_return Result<>{};
}

} // namespace settled::node
