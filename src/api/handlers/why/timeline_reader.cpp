#include "api/handlers/why/timeline_reader.h"

#include "api/handlers/why/entries.h"
#include "api/handlers/why/why_text.h"
#include "store/queries/events.h"
#include "store/queries/inbox.h"
#include "store/queries/money/histories.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/returns.h"
#include "store/queries/money/settlements.h"
#include "store/queries/tasks.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <utility>

namespace settled::api {

using store::Step;

namespace {

// Payments and settlements that have shared matches lead from one to the next, without an end of
// their own: past so many entries nothing further off is gathered.
constexpr std::size_t entries_max = 10'000;

std::string attempt_text(const store::AttemptRow& attempt) {
    const std::string answer = attempt.http_status ? fmt::format("{}", *attempt.http_status) : "";
    const std::string outcome = attempt.outcome == "delivered" ? "" : attempt.outcome;
    return fmt::format("attempt {}: {}{}{} in {} ms", attempt.number, answer,
                       answer.empty() || outcome.empty() ? "" : ", ", outcome,
                       attempt.latency_us / 1000);
}

std::string attempt_details(const store::AttemptRow& attempt) {
    wire::JsonWriter w;
    w.object().member("number", attempt.number).member("outcome", attempt.outcome);
    w.member("http_status", attempt.http_status);
    w.member("latency_us", attempt.latency_us).end();
    return std::move(w).text();
}

} // namespace

void TimelineReader::name(std::string_view kind, std::string id, std::string client_id,
                          std::string sentence) {
    if (timeline_.is_found)
        return;
    timeline_.is_found = true;
    timeline_.subject = {std::string(kind), std::move(id), std::move(client_id),
                         std::move(sentence)};
}

void TimelineReader::add(EntryKind kind, std::int64_t id, std::string text, Instant at,
                         std::string sentence, std::string details, std::string actor,
                         std::int64_t number) {
    add({{at.us, kind, id, number},
         std::move(text),
         std::move(sentence),
         std::move(actor),
         std::move(details)});
}

Step<bool> TimelineReader::add_payment(PaymentId id) {
    const auto payment = co_await store::find_payment(s_, tenant_, id);
    if (!payment)
        co_return false;
    if (!is_new(id.value) || !may(Scope::payments_read))
        co_return true;
    name("payment", to_string(id), payment->client_id, sentence_of(*payment));
    add(entry_of(*payment));
    co_await add_events_about(id.value);
    co_await add_reviews_about(id.value);
    for (const MatchId match :
         co_await store::all_matches_of_payment(s_, tenant_, id, timeline_of_one_max))
        co_await add_pair(match);
    co_return true;
}

Step<bool> TimelineReader::add_settlement(SettlementId id) {
    const auto settlement = co_await store::find_settlement(s_, tenant_, id);
    if (!settlement)
        co_return false;
    if (!is_new(id.value) || !may(Scope::settlements_read))
        co_return true;
    name("settlement", to_string(id), "", sentence_of(*settlement));
    add(entry_of(*settlement));
    co_await add_webhook_of(settlement->webhook_id);
    co_await add_about(id.value);
    if (may(Scope::returns_read))
        if (const auto sent_back = co_await store::find_return_of(s_, tenant_, id))
            (void)co_await add_return(sent_back->id);
    for (const MatchId match :
         co_await store::all_matches_of_settlement(s_, tenant_, id, timeline_of_one_max))
        co_await add_pair(match);
    co_return true;
}

// A match with its end, and both of its sides.
Step<> TimelineReader::add_pair(MatchId id) {
    if (timeline_.entries.size() >= entries_max)
        co_return;
    const auto match = co_await store::find_match(s_, tenant_, id);
    if (!match || !may(Scope::settlements_read) || !is_new(id.value))
        co_return;
    const auto payment = co_await store::find_payment(s_, tenant_, match->payment_id);
    const std::string client_id = payment ? payment->client_id : to_string(match->payment_id);
    name("match", to_string(id), "", match_text(*match, client_id));
    TimelineEntry entry = entry_of(*match, client_id);
    const std::string details = entry.details;
    add(std::move(entry));
    if (const auto end = co_await store::find_match_end(s_, tenant_, id))
        add(EntryKind::decision, id.value, to_string(id), end->ended_at,
            fmt::format("the match with {} ended: {}", client_id, end->reason), details,
            end->actor);
    (void)co_await add_payment(match->payment_id);
    (void)co_await add_settlement(match->settlement_id);
}

Step<bool> TimelineReader::add_match(MatchId id) {
    const auto match = co_await store::find_match(s_, tenant_, id);
    if (!match)
        co_return false;
    co_await add_pair(id);
    co_return true;
}

Step<bool> TimelineReader::add_review(ReviewId id) {
    const auto review = co_await store::find_review(s_, tenant_, id);
    if (!review)
        co_return false;
    name("review", to_string(id), "", review_text(*review));
    co_await add_about(review->subject_id);
    (void)co_await add_payment(PaymentId{review->subject_id});
    (void)co_await add_settlement(SettlementId{review->subject_id});
    (void)co_await add_order(OrderId{review->subject_id});
    co_return true;
}

Step<> TimelineReader::add_reviews_about(std::int64_t subject) {
    if (!may(Scope::settlements_read))
        co_return;
    for (const store::ReviewRow& review :
         co_await store::reviews_of(s_, tenant_, subject, timeline_of_one_max)) {
        if (!is_new(review.id.value))
            continue;
        const std::string id = to_string(review.id);
        const std::string details = details_of({{"kind", review.kind}, {"status", review.status}});
        add(EntryKind::review, review.id.value, id, review.created_at,
            fmt::format("a review was opened: {}", words_of(review.kind)), details);
        if (!review.closed_at)
            continue;
        if (review.decision.empty())
            add(EntryKind::review, review.id.value, id, *review.closed_at,
                "the review was closed by a fact", details, "", 1);
        else
            add(EntryKind::decision, review.id.value, id, *review.closed_at,
                fmt::format("{}: {}", words_of(review.decision), review.reason),
                details_of({{"decision", review.decision}, {"reason", review.reason}}),
                review.actor);
    }
}

Step<> TimelineReader::add_events_about(std::int64_t subject) {
    if (!may(Scope::events_read))
        co_return;
    for (const store::EventRow& event :
         co_await store::events_about(s_, tenant_, subject, timeline_of_one_max)) {
        if (timeline_.entries.size() >= entries_max)
            co_return;
        if (!is_new(event.id.value))
            continue;
        add(entry_of(event));
        co_await add_deliveries_of(event.id);
    }
}

Step<> TimelineReader::add_deliveries_of(EventId event) {
    store::DeliveryFilter filter;
    filter.event = event.value;
    for (const store::TaskRow& task :
         co_await store::list_deliveries(s_, tenant_, filter, INT64_MAX, timeline_of_one_max)) {
        if (!is_new(task.id.value))
            continue;
        const std::string id = to_string(task.id), endpoint = to_string(EndpointId{task.lane_id});
        name("delivery", id, "", fmt::format("delivery to {}: {}", endpoint, task.status));
        add(entry_of(task));
        for (const store::AttemptRow& attempt : co_await store::list_attempts(s_, tenant_, task.id))
            add(EntryKind::attempt, task.id.value, id, attempt.started_at, attempt_text(attempt),
                attempt_details(attempt), "", attempt.number);
    }
}

Step<> TimelineReader::add_webhook_of(WebhookId id) {
    if (id && may(Scope::webhooks_read))
        (void)co_await add_webhook(id);
}

Step<bool> TimelineReader::add_webhook(WebhookId id) {
    const auto webhook = co_await store::find_webhook(s_, tenant_, id);
    if (!webhook)
        co_return false;
    if (!is_new(id.value))
        co_return true;
    TimelineEntry entry = entry_of(*webhook);
    name("webhook", to_string(id), "", entry.sentence);
    add(std::move(entry));
    co_await add_reviews_about(id.value);
    co_return true;
}

Step<bool> TimelineReader::add_event(EventId id) {
    const auto event = co_await store::find_event(s_, tenant_, id);
    if (!event)
        co_return false;
    if (!is_new(id.value))
        co_return true;
    TimelineEntry entry = entry_of(*event);
    name("event", to_string(id), "", entry.sentence);
    add(std::move(entry));
    co_await add_deliveries_of(id);
    co_return true;
}

} // namespace settled::api
