#include "node/steps.h"

#include "base/limits.h"
#include "node/roles.h"
#include "store/queries/restored.h"
#include "store/queries/tasks.h"

#include <algorithm>

namespace settled::node {

using store::NodeRow;
using store::Session;
using store::Step;

namespace {

constexpr auto numbers = static_cast<std::int64_t>(limits::nodes_max);

// The row of the lowest number that is free, counted from `first` on and around: with holder 0 when no
// node has had it yet.
std::optional<NodeRow> lowest_free(const std::vector<NodeRow>& nodes, std::int64_t first) {
    for (std::int64_t i = 0; i < numbers; ++i) {
        const std::int64_t number = (first + i) % numbers;
        const auto node = std::ranges::find(nodes, number, &NodeRow::number);
        if (node == nodes.end()) {
            NodeRow unused;
            unused.number = number;
            return unused;
        }
        if (node->is_free())
            return *node;
    }
    return std::nullopt;
}

// Ids carry their time and the node's number. The nodes that worked on a store before it was put back
// may have had the time of a clock that ran ahead, so those after it get other numbers: no id is given
// out twice.
std::int64_t first_number(const std::optional<store::RestoreMark>& mark) {
    constexpr std::int64_t ranges = 15;
    constexpr std::int64_t range = numbers / (ranges + 1);
    return mark ? range * (1 + mark->restored_at.us / 1'000'000 % ranges) : 0;
}

} // namespace

Step<std::optional<Joined>> join(Session& s, std::shared_ptr<const Applicant> applicant) {
    const std::vector<NodeRow> nodes = co_await store::list_nodes(s);
    const auto mark = co_await store::find_restore_mark(s);
    const auto seen = lowest_free(nodes, first_number(mark));
    if (!seen)
        co_return Joined{};
    NodeRow mine = *seen;
    mine.holder = seen->holder == 0 ? seen->number + numbers : seen->holder + numbers;
    mine.instance = applicant->instance;
    mine.roles = applicant->roles;
    mine.started_at = applicant->now;
    mine.lease_until = applicant->lease_until;
    mine.version = applicant->version;
    mine.ids_until = std::max(applicant->lease_until, seen->ids_until);
    const bool taken = co_await store::take_number(s, mine, seen->holder);
    if (!taken)
        co_return std::nullopt;
    Joined joined{mine.holder, seen->ids_until, false};
    for (const NodeRow& node : nodes)
        joined.has_others =
            joined.has_others ||
            (names_role(node.roles, role_worker) &&
             node.lease_until + limits::node_clock_skew_max > applicant->now && !node.is_free());
    co_return joined;
}

Step<Look> look(Session& s) {
    Look seen;
    seen.clock = co_await store::clock_of(s);
    seen.nodes = co_await store::list_nodes(s);
    seen.books = co_await store::list_books(s);
    seen.jobs = co_await store::list_jobs(s);
    co_return seen;
}

Step<std::int64_t> give_all_back(Session& s, std::int64_t holder, std::size_t limit,
                                 Instant ended_by, Instant ids_until,
                                 std::shared_ptr<const WhenLost> when_lost) {
    const std::int64_t swept = co_await store::sweep_tasks(s, holder, limit);
    if (swept < static_cast<std::int64_t>(limit)) {
        const std::vector<NodeRow> nodes = co_await store::list_nodes(s);
        co_await store::release_jobs(s, holder);
        const bool freed = co_await store::free_number(s, holder, ended_by, ids_until);
        const auto node = std::ranges::find(nodes, holder, &NodeRow::holder);
        if (freed && when_lost && *when_lost && node != nodes.end())
            co_await (*when_lost)(s, *node);
    }
    co_return swept;
}

} // namespace settled::node
