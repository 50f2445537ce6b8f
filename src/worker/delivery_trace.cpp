#include "worker/delivery_trace.h"

#include "domain/trace_subject.h"
#include "worker/bounds.h"

#include <utility>

namespace settled::worker {

namespace {

// A batch has a trace of its own, linked to the events in it: it is part of the traces of all of them.
void place_batch(observe::Span& span, const Delivery& delivery) {
    const std::string_view head = delivery.head ? std::string_view(*delivery.head) : "";
    for (const domain::TracedEvent& event :
         domain::traced_events(head, *delivery.body, bounds::trace_links_max))
        span.links.push_back({observe::trace_id(event.subject),
                              observe::span_id(event.event.empty() ? event.subject : event.event)});
}

} // namespace

std::optional<DeliveryTrace> DeliveryTrace::begin(observe::Traces* traces, Delivery& delivery) {
    if (traces == nullptr)
        return std::nullopt;
    std::string subject = delivery.webhook_id();
    if (!delivery.is_batch) {
        const std::string_view head = delivery.head ? std::string_view(*delivery.head) : "";
        const auto events = domain::traced_events(head, *delivery.body, 1);
        if (!events.empty())
            subject = events.front().subject;
    }
    DeliveryTrace made(*traces);
    observe::Span& span = made.span_;
    span.trace = observe::trace_id(subject);
    if (!traces->samples(span.trace))
        return std::nullopt;
    span.id =
        observe::span_id(to_string(delivery.task) + "/" + std::to_string(delivery.attempts + 1));
    if (delivery.is_batch)
        place_batch(span, delivery);
    else
        span.parent = observe::span_id(to_string(delivery.event));
    if (traces->is_for_partners())
        delivery.traceparent = observe::to_text({span.trace, span.id, true});
    return made;
}

void DeliveryTrace::end(const Endpoint& endpoint, const Delivery& delivery,
                        const Attempted& attempted) {
    const bool is_http = endpoint.channel == domain::Channel::http;
    span_.name = "delivery attempt";
    span_.kind = is_http ? observe::SpanKind::client : observe::SpanKind::producer;
    span_.begin = attempted.started_at;
    span_.end = attempted.started_at + attempted.latency;
    span_.failed = !domain::is_success(attempted.result);
    span_.attributes = {
        {"settled.tenant", to_string(delivery.tenant)},
        {"settled.endpoint", to_string(endpoint.id)},
        {"settled.delivery", to_string(delivery.task)},
        {delivery.is_batch ? "settled.batch" : "settled.event", delivery.webhook_id()},
        {"settled.attempt", delivery.attempts + 1},
        {"settled.outcome", domain::outcome_token(attempted.result)}};
    if (is_http)
        span_.attributes.push_back({"server.address", endpoint.url.host});
    if (const auto status = attempted.result.http_status)
        span_.attributes.push_back({"http.response.status_code", std::int64_t{*status}});
    traces_.add(std::move(span_));
}

} // namespace settled::worker
