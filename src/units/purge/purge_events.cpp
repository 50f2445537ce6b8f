#include "units/purge/purge_events.h"

#include "domain/delivery.h"
#include "store/queries/feeds.h"
#include "store/queries/purged.h"
#include "store/queries/seals.h"
#include "store/queries/tasks.h"
#include "units/purge/purge.h"

#include <algorithm>

namespace settled::units {

namespace {

using store::OldDelivery;
using store::Session;
using store::Step;

// An event with more deliveries than that stays: an endpoint is owed an event once.
constexpr std::size_t deliveries_max = 2'000;

bool is_over(const OldDelivery& delivery) {
    return delivery.status == token(domain::TaskStatus::done) ||
           delivery.status == token(domain::TaskStatus::cancelled);
}

// The age of a payment is that of its last event: such events stay as long as payments do.
Step<bool> tells_age(Session& s, const PurgeScope& scope, const store::OldEvent& event) {
    const auto least = std::chrono::days(purge_days_min(scope.context, scope.tenant));
    if (event.created_at < scope.now - least)
        co_return false;
    co_return co_await store::is_money(s, scope.tenant, event.subject);
}

// False: a node, or a person, has queued it again meanwhile.
Step<bool> remove(Session& s, const PurgeScope& scope, const OldDelivery& delivery, Instant until) {
    const bool gone = co_await store::delete_delivery(s, scope.tenant, delivery.id, until);
    if (gone && delivery.kind == store::task_delivery)
        co_await store::insert_purged(s, scope.tenant,
                                      {.kind = store::PurgedKind::delivery,
                                       .id = delivery.id.value,
                                       .name = delivery.status,
                                       .event = EventId{delivery.subject},
                                       .endpoint = delivery.endpoint,
                                       .purged_at = scope.now});
    co_return gone;
}

// Its place, if a seal vouches for it.
Step<std::optional<std::int64_t>> sealed_position(Session& s, TenantId tenant, EventId event) {
    const auto place = co_await store::place_of(s, tenant, store::Feed::events, event.value);
    const auto seal = co_await store::last_seal(s, tenant);
    if (!place || !seal || place->position > seal->to_position)
        co_return std::nullopt;
    co_return place->position;
}

} // namespace

Step<> purge_delivery(Session& s, const PurgeScope& scope, const OldDelivery& delivery,
                      store::PurgeCounts& counts) {
    if (!is_over(delivery) || delivery.updated_at >= scope.until)
        co_return;
    if (delivery.kind == store::task_batch) {
        const bool has_members = co_await store::batch_has_members(s, scope.tenant, delivery.id);
        if (has_members) {
            counts.kept += scope.dry_run ? 0 : 1;
            co_return;
        }
    }
    if (!scope.dry_run) {
        const bool gone = co_await remove(s, scope, delivery, scope.until);
        if (!gone)
            co_return;
    }
    counts.deliveries += delivery.kind == store::task_delivery ? 1 : 0;
}

Step<> purge_event(Session& s, const PurgeScope& scope, const store::OldEvent& event,
                   store::PurgeCounts& counts) {
    if (event.created_at >= scope.until)
        co_return;
    const auto deliveries =
        co_await store::deliveries_of_event(s, scope.tenant, event.id, deliveries_max);
    const bool is_open = co_await store::has_open_subject(s, scope.tenant, event.subject, event.id);
    const bool is_needed = co_await tells_age(s, scope, event);
    const auto position = co_await sealed_position(s, scope.tenant, event.id);
    // Younger than the event's time: sent again, perhaps by a person who still looks at it.
    const auto may_go = [&](const OldDelivery& d) {
        return is_over(d) && d.updated_at < scope.until;
    };
    if (is_open || is_needed || !position || deliveries.size() == deliveries_max ||
        !std::ranges::all_of(deliveries, may_go)) {
        ++counts.kept;
        co_return;
    }
    if (!scope.dry_run) {
        for (const OldDelivery& delivery : deliveries) {
            const bool gone = co_await remove(s, scope, delivery, scope.until);
            if (!gone) {
                ++counts.kept;
                co_return;
            }
        }
        const auto found =
            co_await store::sealed_records(s, scope.tenant, *position - 1, *position, 1);
        for (const domain::SealedRecord& record : found.records)
            co_await store::insert_purged_evidence(
                s, scope.tenant, {record.position, record.kind, record.id, record.hash()});
        co_await store::insert_purged(
            s, scope.tenant,
            {.kind = store::PurgedKind::event, .id = event.id.value, .purged_at = scope.now});
        co_await store::delete_event(s, scope.tenant, event.id);
    }
    ++counts.events;
    counts.deliveries += static_cast<std::int64_t>(deliveries.size());
}

} // namespace settled::units
