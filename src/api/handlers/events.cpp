#include "store/queries/events.h"

#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/handlers.h"
#include "api/page.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using Events = std::vector<store::EventRow>;

// An event is shown as the bytes that endpoints are sent, so that clients that poll and partners
// that are notified see the same.
void write_event(wire::JsonWriter& w, const store::EventRow& event) {
    w.raw(event.body);
}

Step<Events> list(Session& s, TenantId tenant, std::shared_ptr<const std::string> type, Page page) {
    co_return co_await store::list_events(s, tenant, *type, page.before, page.wanted());
}

} // namespace

Task<Result<Answer>> list_events(const Core& core, const Call& call) {
    const auto type =
        std::make_shared<const std::string>(call.request.parameter("type").value_or(""));
    if (!type->empty() && !domain::is_event_type(*type))
        co_return fail(Code::parameter_invalid, "type: there is no such event type");
    const TenantId tenant = call.caller.tenant;
    CO_TRY(const auto forward, read_forward(call.request));
    if (forward) {
        const auto read = [type](Session& s, TenantId of, store::FeedPlace after,
                                 std::size_t limit) {
            return store::events_after(s, of, *type, after, limit);
        };
        co_return co_await answer_forward<store::EventRow>(core, tenant, store::Feed::events,
                                                           *forward, read, write_event);
    }
    CO_TRY(const Page page, read_page(call.request, EventIdTag::prefix));
    const Result<Events> found =
        co_await core.store.read<Events>([=](Session& s) { return list(s, tenant, type, page); });
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
