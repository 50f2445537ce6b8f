// Purge: rows that are final and old are removed, some at a time (docs/operating/purge.md).
//
// What is final is written in purge_payments.h, purge_events.h and purge_calls.h. What is open, in
// review, or needed as evidence stays. Of what goes there stays that it was there, with the client's
// id, the hash of each record that a seal vouches for, and everything by which a webhook, a statement
// or a return recognises it (store/queries/purged.h).
//
// A run is a row. Each step of it is a unit of work and writes how far the run is in the same
// transaction, so that a run goes on after a crash where it was, on whatever node. Of two nodes that
// begin the same step, one goes on.
#pragma once

#include "domain/retention.h"
#include "store/bite.h"
#include "store/lock.h"
#include "store/queries/purges.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <span>
#include <string_view>

namespace settled::units {

// "payments", "events", "deliveries", "calls".
std::span<const std::string_view> purge_kinds();

// How old payments and calls must be, in days: purge_money_days_min, or the longest time in which a
// payment of the tenant may be matched and 72 hours.
std::int64_t purge_days_min(const Context& context, TenantId tenant);

struct PurgeStep {
    bool more = false;         // the run goes on
    store::PurgeCounts counts; // of this step; of a dry run: what would have gone
    bool dry_run = false;
};
// The next step of a run: it looks at as many rows as the bite allows. A run that is done, or whose
// step another node has begun: nothing.
store::Step<PurgeStep> purge_some(store::Session& s, const Context& context, TenantId tenant,
                                  PurgeId id, Instant now, store::Bite bite);

// Begins the runs of a day for these settings, where there are rows as old, unless the last ones were
// begun less than a day ago. True: it has begun one.
store::Step<bool> begin_daily_purge(store::Session& s, const Context& context, TenantId tenant,
                                    domain::Retention retention, Instant now);

// Held by what removes events or deliveries, and by what sends old events again.
inline store::Lock resend_lock(TenantId tenant) {
    return store::Lock::endpoint_state(tenant, EndpointId{}); // no endpoint has that id
}

// One kind of row, as the steps go over it.
struct PurgeScope {
    const Context& context;
    TenantId tenant;
    Instant until; // what is younger stays
    Instant now;
    bool dry_run = false;
};

} // namespace settled::units
