#include "intake/webhook_trace.h"

#include "domain/trace_subject.h"
#include "net/server/request_policy.h"
#include "store/session.h"

#include <utility>

namespace settled::intake {

namespace {

// What a unit has made so far: its settlement, its payment, or what its first event is about.
std::string subject_made(store::Session& s, std::size_t notes_before) {
    for (const store::FeedItem& made : s.made())
        if (made.feed == store::Feed::settlements)
            return to_string(SettlementId{made.id});
    for (const store::FeedItem& made : s.made())
        if (made.feed == store::Feed::payments)
            return to_string(PaymentId{made.id});
    for (std::size_t i = notes_before; i < s.notes().size(); ++i) {
        const store::TaskNote& note = s.notes()[i];
        if (!note.body)
            continue;
        const auto events = domain::traced_events(note.head ? *note.head : "", *note.body, 1);
        if (!events.empty())
            return events.front().subject;
    }
    return {};
}

store::Step<units::Accepted> run_timed(store::Session& s, const units::Context& context,
                                       std::shared_ptr<const units::Arrival> arrival,
                                       const Clock& clock,
                                       std::shared_ptr<WebhookTrace::Unit> times) {
    const std::size_t notes_before = s.notes().size();
    times->begin = clock.now();
    const units::Accepted accepted = co_await units::accept_webhook(s, context, arrival);
    times->end = clock.now();
    times->subject.clear();
    if (accepted.kind != units::Accepted::Kind::duplicate)
        times->subject = subject_made(s, notes_before);
    co_return accepted;
}

observe::Span span_in(const observe::TraceId& trace, std::string_view what, std::string name,
                      Instant begin, Instant end) {
    observe::Span span;
    span.trace = trace;
    span.id = observe::span_id(what);
    span.name = std::move(name);
    span.begin = begin;
    span.end = end;
    return span;
}

} // namespace

WebhookTrace::WebhookTrace(observe::Traces& traces, const Clock& clock, const net::Request& request)
    : traces_(traces), clock_(clock), begin_(clock.now()), request_(request.traceparent) {
    if (const auto sent = net::traceparent_of(request.fields); !sent.empty())
        caller_ = observe::parse_traceparent(sent);
}

store::Unit<units::Accepted> WebhookTrace::timed(const units::Context& context,
                                                 std::shared_ptr<const units::Arrival> arrival,
                                                 std::shared_ptr<Unit> times) const {
    return [&context, arrival = std::move(arrival), &clock = clock_, times = std::move(times)](
               store::Session& s) { return run_timed(s, context, arrival, clock, times); };
}

void WebhookTrace::end(const Unit& unit, const units::Arrival& arrival,
                       const units::Accepted& accepted) {
    const Instant now = clock_.now();
    const std::string webhook = to_string(accepted.id);
    const bool is_first = accepted.kind == units::Accepted::Kind::stored;
    std::string subject = unit.subject;
    if (is_first && std::holds_alternative<domain::NotificationFact>(arrival.webhook.fact))
        subject = to_string(NotificationId{accepted.id.value}); // they share the number
    if (subject.empty())
        subject = webhook;
    const observe::TraceId trace = observe::trace_id(subject);
    if (!traces_.samples(trace))
        return;
    // The webhook that has made its subject is where the subject's trace begins: the spans of its events
    // name it (worker/event_tracer.h).
    const std::string what = is_first ? subject : webhook + "/" + request_;
    observe::Span span = span_in(trace, what, "POST /hooks/{connector}", begin_, now);
    span.kind = observe::SpanKind::server;
    span.attributes = {{"settled.tenant", to_string(arrival.tenant)},
                       {"settled.connector", to_string(arrival.connector)},
                       {"settled.webhook", webhook},
                       {"settled.result", std::string(token(accepted.kind))}};
    if (caller_)
        span.links.push_back({caller_->trace, caller_->span});
    const observe::SpanId parent = span.id;
    traces_.add(std::move(span));
    observe::Span evaluated = span_in(trace, what + "/unit", "evaluate", unit.begin, unit.end);
    evaluated.parent = parent;
    traces_.add(std::move(evaluated));
    observe::Span committed = span_in(trace, what + "/commit", "commit and sign", unit.end, now);
    committed.parent = parent;
    traces_.add(std::move(committed));
}

} // namespace settled::intake
