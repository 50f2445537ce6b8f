#include "store/queries/events.h"

#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/event_reading.h"
#include "api/handlers/handlers.h"
#include "api/page.h"

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

Step<Events> list(Session& s, TenantId tenant, std::shared_ptr<const std::string> type, Page page) {
    co_return co_await store::list_events(s, tenant, *type, page.before, page.wanted());
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
    if (order == "oldest" || (order.empty() && wants_stream(call.request)))
        co_return co_await list_forward(core, call, type);
    if (call.request.parameter("wait"))
        co_return fail(Code::parameter_invalid, "wait: it goes with order=oldest");
    const TenantId tenant = call.caller.tenant;
    CO_TRY(const Page page, read_page(call.request, EventIdTag::prefix));
    const auto shared = std::make_shared<const std::string>(type);
    const Result<Events> found =
        co_await core.store.read<Events>([=](Session& s) { return list(s, tenant, shared, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_event);
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
