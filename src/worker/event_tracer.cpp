#include "worker/event_tracer.h"

#include "domain/trace_subject.h"
#include "observe/log.h"
#include "store/queries/directory.h"
#include "store/queries/events.h"
#include "store/queries/nodes.h"
#include "worker/bounds.h"

namespace settled::worker {

namespace {

using Page = store::FeedPage<store::EventRow>;

constexpr std::size_t page_max = 500; // rows a unit

observe::Span span_of(TenantId tenant, const store::EventRow& event, const std::string& subject) {
    observe::Span span;
    span.trace = observe::trace_id(subject);
    span.id = observe::span_id(to_string(event.id));
    // A settlement and a notification begin with a webhook, whose span has their id.
    if (subject.starts_with(SettlementIdTag::prefix) ||
        subject.starts_with(NotificationIdTag::prefix))
        span.parent = observe::span_id(subject);
    span.name = event.type;
    span.kind = observe::SpanKind::producer;
    span.begin = span.end = event.created_at;
    span.attributes = {{"settled.tenant", to_string(tenant)},
                       {"settled.event", to_string(event.id)},
                       {"settled.subject", subject}};
    return span;
}

void add_spans(observe::Traces& traces, TenantId tenant, const std::vector<store::EventRow>& rows) {
    for (const store::EventRow& event : rows) {
        const auto traced = domain::traced_events("", event.body, 1);
        if (traced.empty() || !traces.samples(observe::trace_id(traced.front().subject)))
            continue;
        traces.add(span_of(tenant, event, traced.front().subject));
    }
}

} // namespace

Task<> EventTracer::run_once() {
    const bool is_ours = node_.does_job(store::job_timers);
    const Clock::Steady now = clock_.steady();
    if (!is_ours && now < keep_at_)
        co_return;
    const auto tenants = co_await store_.read<std::vector<store::TenantRow>>(
        [](store::Session& s) { return store::list_tenants(s); });
    if (!tenants) {
        log::lasting("traces.unreadable", tenants.error(), {});
        co_return;
    }
    for (const store::TenantRow& tenant : *tenants) {
        const auto place = places_.find(tenant.id);
        if (is_ours && place != places_.end())
            co_await look_at(tenant.id, place->second);
        else
            co_await keep(tenant.id);
    }
    keep_at_ = now + lease_;
    has_begun_ = true;
}

// The end of the feed as it is now, and as it was a lease ago.
Task<> EventTracer::keep(TenantId tenant) {
    const auto end = co_await store_.read<store::FeedPlace>(
        [tenant](store::Session& s) { return store::end_of_feed(s, tenant, store::Feed::events); });
    if (!end)
        co_return;
    // A tenant that is new since the last time has no events that were exported before.
    const Place first = has_begun_ ? Place{} : Place{*end, *end};
    const auto place = places_.try_emplace(tenant, first).first;
    place->second = {place->second.later, *end};
}

Task<> EventTracer::look_at(TenantId tenant, Place& place) {
    std::size_t seen = 0;
    while (seen < bounds::traced_events_max) {
        const store::FeedPlace after = place.from;
        const auto page = co_await store_.read<Page>([tenant, after](store::Session& s) {
            return store::events_after(s, tenant, "", after, page_max);
        });
        if (!page) {
            log::lasting("traces.unreadable", page.error(), {});
            co_return;
        }
        add_spans(traces_, tenant, page->rows);
        place = {page->end, page->end};
        if (page->rows.size() < page_max)
            co_return;
        seen += page->rows.size();
    }
    // There is more than is exported: from now on.
    co_await keep(tenant);
    place.from = place.later;
}

} // namespace settled::worker
