#include "store/queries/events.h"

#include "api/bounds.h"
#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/event_reading.h"
#include "api/handlers/filtered_page.h"
#include "api/handlers/handlers.h"
#include "api/page.h"
#include "store/queries/filtered_lists.h"
#include "store/queries/money/histories.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/payments.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using Events = std::vector<store::EventRow>;

constexpr std::string_view sse_type = "text/event-stream";

// An event is shown as the bytes that endpoints are sent, so that clients that poll and partners
// that are notified see the same.
void write_event(wire::JsonWriter& w, const store::EventRow& event) {
    w.raw(event.body);
}

using EventPage = FilteredPage<store::EventRow>;

// What of the list is asked for, all of it together.
struct Filter {
    std::string type;         // empty: any
    std::string payment;      // our id or the client's: events about it and about its settlements
    std::int64_t subject = 0; // the settlement, order or endpoint that they are about; 0: any
    std::string order;        // our id or the client's
    TimeRange time;

    bool has_subject() const { return subject != 0 || !payment.empty() || !order.empty(); }
};

// The ids of what the events are about. A payment's settlements are those of every match that it ever had.
Step<std::vector<std::int64_t>> subjects_of(Session& s, TenantId tenant, const Filter& filter) {
    std::vector<std::int64_t> subjects;
    if (filter.subject != 0)
        subjects.push_back(filter.subject);
    if (!filter.order.empty()) {
        auto id = parse_id<OrderIdTag>(filter.order);
        if (!id) {
            const auto named = co_await store::find_order_by_client_id(s, tenant, filter.order);
            id = named ? named->order.id : OrderId{};
        }
        subjects.push_back(id->value);
    }
    if (!filter.payment.empty()) {
        auto id = parse_id<PaymentIdTag>(filter.payment);
        if (!id) {
            const auto named = co_await store::find_payment_by_client_id(s, tenant, filter.payment);
            id = named ? named->payment.id : PaymentId{};
        }
        subjects.push_back(id->value);
        for (const MatchId each :
             co_await store::all_matches_of_payment(s, tenant, *id, bounds::event_subjects_max)) {
            const auto match = co_await store::find_match(s, tenant, each);
            if (match)
                subjects.push_back(match->settlement_id.value);
        }
    }
    std::ranges::sort(subjects);
    const auto twice = std::ranges::unique(subjects);
    subjects.erase(twice.begin(), twice.end());
    co_return subjects;
}

// Of all the subjects together, newest first.
Step<Events> events_about(Session& s, TenantId tenant,
                          std::shared_ptr<const std::vector<std::int64_t>> subjects,
                          std::int64_t before, std::size_t limit) {
    Events all;
    for (const std::int64_t subject : *subjects) {
        Events some = co_await store::list_events_about(s, tenant, subject, before, limit);
        all.insert(all.end(), std::make_move_iterator(some.begin()),
                   std::make_move_iterator(some.end()));
    }
    std::ranges::sort(all, std::greater{}, [](const store::EventRow& row) { return row.id.value; });
    if (all.size() > limit)
        all.resize(limit);
    co_return all;
}

Step<EventPage> list(Session& s, TenantId tenant, std::shared_ptr<const Filter> filter, Page page) {
    const auto fits = [filter](const store::EventRow& row) {
        return filter->time.has(row.created_at) &&
               (filter->type.empty() || row.type == filter->type);
    };
    if (!filter->has_subject())
        co_return co_await filter_page<store::EventRow>(
            page, filter->time,
            [&s, tenant, filter](std::int64_t before, std::size_t limit) {
                return store::list_events(s, tenant, filter->type, before, limit);
            },
            fits);
    const auto subjects =
        std::make_shared<const std::vector<std::int64_t>>(co_await subjects_of(s, tenant, *filter));
    co_return co_await filter_page<store::EventRow>(
        page, filter->time,
        [&s, tenant, subjects](std::int64_t before, std::size_t limit) {
            return events_about(s, tenant, subjects, before, limit);
        },
        fits);
}

// Fails with parameter_invalid.
Result<Filter> read_filter(const net::Request& request, std::string type) {
    Filter filter;
    filter.type = std::move(type);
    filter.payment = request.parameter("payment").value_or("");
    filter.order = request.parameter("order_id").value_or("");
    TRY(const auto settlement, read_id_filter<SettlementIdTag>(request, "settlement"));
    TRY(const auto endpoint, read_id_filter<EndpointIdTag>(request, "endpoint"));
    TRY(filter.time, read_time_range(request));
    const int subjects = (filter.payment.empty() ? 0 : 1) + (filter.order.empty() ? 0 : 1) +
                         (settlement ? 1 : 0) + (endpoint ? 1 : 0);
    if (subjects > 1)
        return fail(Code::parameter_invalid,
                    "give one of payment, settlement, order_id and endpoint: an event is about one "
                    "of them");
    if (settlement)
        filter.subject = settlement->value;
    if (endpoint)
        filter.subject = endpoint->value;
    return filter;
}

bool wants_stream(const net::Request& request) {
    const auto accept = request.fields.find("Accept");
    return accept && accept->contains(sse_type);
}

// Forward: a page now, a page that waits, or a stream. A client that comes back to its stream says
// in Last-Event-ID what it has.
Task<Result<Answer>> list_forward(const Core& core, const Call& call, const std::string& type) {
    EventQuery query;
    query.tenant = call.caller.tenant;
    if (!type.empty())
        query.types = type;
    CO_TRY(query.limit, read_limit(call.request));
    CO_TRY(const auto wait, read_wait(call.request));
    const auto last = call.request.fields.find("Last-Event-ID");
    const bool streams = wants_stream(call.request);
    std::string after = call.request.parameter("after").value_or("");
    if (streams && last)
        after = *last;
    CO_TRY(query.after, co_await event_place(core, query.tenant, std::move(after)));
    if (streams)
        co_return co_await stream_events(core, std::move(query));
    co_return co_await answer_events(core, std::move(query), wait);
}

} // namespace

Task<Result<Answer>> list_events(const Core& core, const Call& call) {
    const std::string type = call.request.parameter("type").value_or("");
    if (!type.empty() && !domain::is_event_type(type))
        co_return fail(Code::parameter_invalid, "type: there is no such event type");
    CO_TRY(const std::string order, read_choice(call.request, "order", {"newest", "oldest"}));
    if (order == "oldest" || (order.empty() && wants_stream(call.request))) {
        for (const std::string_view name :
             {"payment", "settlement", "order_id", "endpoint", "after_time", "before_time"})
            if (call.request.parameter(name))
                co_return fail(
                    Code::parameter_invalid,
                    std::string(name) +
                        ": this filter cannot be combined with order=oldest or a stream, which "
                        "take only `type`; leave the filter out, or read newest first");
        co_return co_await list_forward(core, call, type);
    }
    if (call.request.parameter("wait"))
        co_return fail(Code::parameter_invalid, "wait: it goes with order=oldest");
    const TenantId tenant = call.caller.tenant;
    CO_TRY(const Page page, read_page(call.request, EventIdTag::prefix));
    CO_TRY(Filter read_from, read_filter(call.request, type));
    const auto filter = std::make_shared<const Filter>(std::move(read_from));
    const Result<EventPage> found = co_await core.store.read<EventPage>(
        [=](Session& s) { return list(s, tenant, filter, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return filtered_answer(*found, EventIdTag::prefix, write_event);
}

Task<Result<Answer>> get_event(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EventIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    Result<store::EventRow> event = co_await find_or_404<store::EventRow>(
        core, [=](Session& s) { return store::find_event(s, tenant, id); }, "event");
    if (!event)
        co_return std::unexpected(event.error());
    co_return Answer{200, std::move(event->body)};
}

} // namespace settled::api
