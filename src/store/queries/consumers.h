// Named readers of the events, each with a cursor that it moves itself.
#pragma once

#include "store/queries/feeds.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

struct ConsumerRow {
    TenantId tenant;
    std::string name;
    std::string events; // space-separated types, or "*"
    std::string filter; // JSON, as domain::write_filter has it; "[]": none
    FeedPlace cursor;   // everything up to there is done
    std::int64_t purged =
        0; // position of the last event that had been purged when the consumer began
    Instant created_at;
    Instant updated_at;
};

// Makes it, or writes events and filter of the one that is there; its cursor stays.
Step<> put_consumer(Session& s, const ConsumerRow& consumer);
Step<std::optional<ConsumerRow>> find_consumer(Session& s, TenantId tenant, std::string_view name);
// By name.
Step<std::vector<ConsumerRow>> list_consumers(Session& s, TenantId tenant);
Step<> move_consumer(Session& s, TenantId tenant, std::string_view name, FeedPlace cursor,
                     std::int64_t purged, Instant now);
// False: there was none.
Step<bool> delete_consumer(Session& s, TenantId tenant, std::string_view name);

} // namespace settled::store
