// Redeliveries in bulk: what is wanted, and how far it is.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>

namespace settled::store {

inline constexpr std::string_view redelivery_running = "running";
inline constexpr std::string_view redelivery_done = "done";

struct RedeliveryRow {
    TenantId tenant;
    RedeliveryId id;
    EndpointId endpoint;
    Instant since, until; // when the events were made, both included
    std::string statuses; // space-separated: dead, cancelled, missed, done
    std::string events;   // space-separated types, or "*"
    bool dry_run = false; // it is only counted
    std::string status;
    std::int64_t total = 0; // that fit, so far
    std::int64_t queued = 0;
    std::int64_t cursor = 0; // the last event that was looked at
    Instant created_at;
    Instant finished_at; // 0: it runs
};

Step<> insert_redelivery(Session& s, const RedeliveryRow& redelivery);
Step<std::optional<RedeliveryRow>> find_redelivery(Session& s, TenantId tenant, RedeliveryId id);
// Writes status, total, queued, cursor and finished_at.
Step<> update_redelivery(Session& s, const RedeliveryRow& redelivery);

} // namespace settled::store
