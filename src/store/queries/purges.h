// Runs that purge: what each is to take, and how far it is.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

inline constexpr std::string_view purge_running = "running";
inline constexpr std::string_view purge_done = "done";

struct PurgeCounts {
    std::int64_t payments = 0, settlements = 0, matches = 0, events = 0, deliveries = 0, calls = 0;
    std::int64_t kept = 0; // old enough, but not final
};

struct PurgeRow {
    TenantId tenant;
    PurgeId id;
    std::string kinds; // space-separated: payments, events, deliveries, calls
    Instant until;     // what is younger stays
    bool dry_run = false;
    std::string status = std::string(purge_running);
    std::int64_t stage = 0;
    std::int64_t cursor = 0; // the last id that this stage has looked at
    std::int64_t steps = 0;
    PurgeCounts counts = {};
    std::string made_by = {}; // empty: the server, for a setting
    Instant created_at;
    Instant finished_at = {}; // 0: it runs
};

Step<> insert_purge(Session& s, const PurgeRow& row);
Step<std::optional<PurgeRow>> find_purge(Session& s, TenantId tenant, PurgeId id);
// Begins the next step of a running one, which has made `steps`. False: another node has begun it.
Step<bool> begin_purge_step(Session& s, TenantId tenant, PurgeId id, std::int64_t steps);
// Writes status, stage, cursor, counts and finished_at.
Step<> update_purge(Session& s, const PurgeRow& row);

struct RunningPurge {
    TenantId tenant;
    PurgeId id;
};
// The oldest running one of each tenant.
Step<std::vector<RunningPurge>> running_purges(Session& s);
// When the server last began one for its settings; nullopt: never.
Step<std::optional<Instant>> last_daily_purge(Session& s, TenantId tenant);

} // namespace settled::store
