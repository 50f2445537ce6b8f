// What a timeline shows: gathers what belongs to a subject, as far as its reader may see it. Reads only.
//
// Of a payment, a settlement, a match or a review: both sides, with webhooks, decisions, events, deliveries and
// attempts. Of an order, return, link or posting: its calls, webhooks, postings and events. Of all others: itself and
// one step on.
#pragma once

#include "api/handlers/why/timeline_entry.h"
#include "api/scope.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <set>
#include <string>
#include <vector>

namespace settled::api {

// Of each thing that belongs to the subject, at most so many of one sort.
inline constexpr std::size_t timeline_of_one_max = 200;

struct Timeline {
    TimelineSubject subject;
    std::vector<TimelineEntry> entries; // in the order of their places
    Scope missing = Scope::none; // the scope that the reader would need; then nothing else is there
    bool is_found = false;
};

// `id`: ours, or the client's id of a payment or order, or a connector's name.
store::Step<Timeline> read_timeline(store::Session& s, TenantId tenant, ScopeSet scopes,
                                    std::string id);

class TimelineReader {
  public:
    TimelineReader(store::Session& s, TenantId tenant, ScopeSet scopes)
        : s_(s), tenant_(tenant), scopes_(scopes) {}

    // Each adds what belongs to it, once. False: there is none.
    store::Step<bool> add_payment(PaymentId id);
    store::Step<bool> add_settlement(SettlementId id);
    store::Step<bool> add_match(MatchId id);
    store::Step<bool> add_review(ReviewId id);
    store::Step<bool> add_order(OrderId id);
    store::Step<bool> add_return(ReturnId id);
    store::Step<bool> add_link(LinkId id);
    store::Step<bool> add_posting(PostingId id);
    store::Step<bool> add_call(CallId id);
    store::Step<bool> add_webhook(WebhookId id);
    store::Step<bool> add_event(EventId id);
    store::Step<bool> add_delivery(TaskId id);
    store::Step<bool> add_endpoint(EndpointId id);
    store::Step<bool> add_statement(StatementId id);
    store::Step<bool> add_api_key(ApiKeyId id);
    store::Step<bool> add_connector(std::string name);

    Timeline& timeline() { return timeline_; }

  private:
    bool may(Scope scope) const { return scopes_.has(scope); }
    // The first one is what the timeline is about.
    void name(std::string_view kind, std::string id, std::string client_id, std::string sentence);
    void add(EntryKind kind, std::int64_t id, std::string text, Instant at, std::string sentence,
             std::string details = "{}", std::string actor = {}, std::int64_t number = 0);
    void add(TimelineEntry entry) { timeline_.entries.push_back(std::move(entry)); }
    bool is_new(std::int64_t id) { return seen_.insert(id).second; }

    store::Step<> add_pair(MatchId id);
    store::Step<> add_webhook_of(WebhookId id);
    // Events, reviews, calls, postings and webhooks that are about it.
    store::Step<> add_about(std::int64_t subject);
    store::Step<> add_events_about(std::int64_t subject);
    store::Step<> add_reviews_about(std::int64_t subject);
    store::Step<> add_calls_about(std::int64_t subject);
    store::Step<> add_deliveries_of(EventId event);
    store::Step<> add_tries_of(CallId call);

    store::Session& s_;
    TenantId tenant_;
    ScopeSet scopes_;
    std::set<std::int64_t> seen_;
    Timeline timeline_;
};

} // namespace settled::api
