// The nodes of an installation: their leases, the jobs that one of them does for all, and the
// versions of their caches (docs/decisions/0012-nodes.md).
//
// A holder is one lease of a node number: number + 256 · (leases of that number before it + 1). It
// is never 0, never used twice, and what is held under it is valid as long as the node's lease.
#pragma once

#include "base/clock.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct NodeRow {
    std::int64_t number = 0;
    std::int64_t holder = 0;
    std::string instance;
    std::string roles; // space-separated
    Instant started_at;
    Instant lease_until; // 0: the number is free
    Instant ids_until;   // no id under this number carries a later time
    std::string version; // of its program
    std::optional<Instant>
        seen_at; // when it last took or renewed its lease; nullopt: an older program's

    bool is_free() const { return lease_until.us == 0; }
};

// By number.
Step<std::vector<NodeRow>> list_nodes(Session& s);
// A node whose lease holds; nullopt: no node works on the store.
Step<std::optional<NodeRow>> find_live_node(Session& s, Instant now);
// The time of the store's own clock: the database's, or on an embedded engine the machine's.
Step<Instant> clock_of(Session& s);
// Takes a number whose row is as `seen` says (holder 0: there is none yet). False: another node was
// faster.
Step<bool> take_number(Session& s, const NodeRow& node, std::int64_t seen_holder);
// False: the lease was ended by others.
Step<bool> renew_lease(Session& s, std::int64_t holder, Instant until, Instant now);
// Frees the number of a holder whose lease ended before `ended_by`; no task may be held under it
// any more. `ids_until` can only be made earlier.
// True: it was not free before.
Step<bool> free_number(Session& s, std::int64_t holder, Instant ended_by, Instant ids_until);

inline constexpr std::string_view job_timers = "timers";
inline constexpr std::string_view job_retention = "retention";
inline constexpr std::string_view job_learning = "learning";

struct JobRow {
    std::string name;
    std::int64_t lease_owner = 0;
};
Step<std::vector<JobRow>> list_jobs(Session& s);
// Takes a job that no node holds. False: another node was faster.
Step<bool> claim_job(Session& s, std::string_view name, std::int64_t holder);
Step<> release_jobs(Session& s, std::int64_t holder);

inline constexpr std::string_view book_connectors = "connectors";
inline constexpr std::string_view book_endpoints = "endpoints";
inline constexpr std::string_view book_rules = "rules";
inline constexpr std::string_view book_profiles = "profiles";

struct BookRow {
    std::string name;
    std::int64_t version = 0;
};
Step<std::vector<BookRow>> list_books(Session& s);
// Called in the transaction of a change, so that other nodes see that their caches are old.
Step<> bump_cache_version(Session& s, std::string_view name);

} // namespace settled::store
