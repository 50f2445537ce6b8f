// The transactions of the node_lease.
#pragma once

#include "store/queries/nodes.h"

#include <functional>
#include <memory>
#include <optional>

namespace settled::node {

struct Applicant {
    std::string instance;
    std::string roles;
    Instant now;
    Instant lease_until;
    std::string version; // of the program
};
struct Joined {
    std::int64_t holder = 0; // 0: every number is taken
    Instant ids_after;       // the first id is later
    bool has_others = false; // there are workers whose lease has not ended
};
// Takes the lowest number that is free; after a restore, of a range that the nodes before it did not
// have. nullopt: another node was faster, so try again.
store::Step<std::optional<Joined>> join(store::Session& s,
                                        std::shared_ptr<const Applicant> applicant);

struct Look {
    Instant clock; // of the store
    std::vector<store::NodeRow> nodes;
    std::vector<store::BookRow> books;
    std::vector<store::JobRow> jobs;
};
store::Step<Look> look(store::Session& s);

// Called in the transaction that frees the number of a node whose lease ran out, with its row until then: once for
// each such node.
using WhenLost = std::function<store::Step<>(store::Session&, store::NodeRow)>;

// Gives back some of what a holder holds; returns how many tasks. When there are fewer than
// `limit`, its jobs and its number are given back, too, if its lease ended by `ended_by`. `when_lost` empty: it
// leaves by itself.
store::Step<std::int64_t> give_all_back(store::Session& s, std::int64_t holder, std::size_t limit,
                                        Instant ended_by, Instant ids_until,
                                        std::shared_ptr<const WhenLost> when_lost = nullptr);

} // namespace settled::node
