// Named readers of the events, with cursors that are kept here: /v1/consumers.
#include "store/queries/consumers.h"

#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/endpoint_reader.h"
#include "api/handlers/event_reading.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "payloads/reader.h"
#include "store/queries/purged.h"

#include <algorithm>

namespace settled::api {

namespace {

using store::ConsumerRow;
using store::Session;
using store::Step;

constexpr std::size_t name_bytes_max = 64;

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

struct Given {
    ConsumerRow row;
    bool from_now = false;
};

Result<Given> read_consumer_body(const wire::Json& root) {
    payloads::Reader in(root);
    Given given;
    given.row.events = read_events(in).value_or("*");
    given.row.filter = "[]";
    if (const auto written = in.member("filter")) {
        const auto filter = domain::parse_filter(*written);
        if (!filter)
            in.refuse(filter.error().code, "filter", filter.error().detail);
        else
            given.row.filter = std::string(written->raw());
    }
    const std::string from = in.optional_text("from", limits::text_bytes_max);
    given.from_now = from.empty() || from == "now";
    if (!given.from_now && from != "oldest")
        in.refuse(Code::value_invalid, "from", "give now or oldest");
    TRY_VOID(in.finish());
    return given;
}

domain::FieldFilter filter_of(const ConsumerRow& row) {
    const auto written = wire::JsonDocument::parse(row.filter);
    const auto filter = written ? domain::parse_filter(written->root()) : fail(Code::value_invalid);
    return filter ? *filter : domain::FieldFilter{};
}

void write_consumer(wire::JsonWriter& w, const ConsumerRow& row) {
    w.object().member("name", row.name);
    write_words(w, "events", row.events);
    w.key("filter").raw(row.filter).member("cursor", cursor_of(EventPlace{row.cursor, row.purged}));
    write_time(w, "created_at", row.created_at);
    write_time(w, "updated_at", row.updated_at);
    w.end();
}

std::string shown(const ConsumerRow& row) {
    wire::JsonWriter w;
    write_consumer(w, row);
    return std::move(w).text();
}

Step<Result<Answer>> put(Session& s, std::shared_ptr<const Given> given) {
    ConsumerRow row = given->row;
    const auto there = co_await store::find_consumer(s, row.tenant, row.name);
    const auto all = co_await store::list_consumers(s, row.tenant);
    if (!there && all.size() >= bounds::consumers_per_tenant_max)
        co_return fail(Code::limit_reached, "delete a consumer first");
    if (!there && given->from_now)
        row.cursor = co_await store::end_of_feed(s, row.tenant, store::Feed::events);
    else if (!there)
        row.purged = co_await store::last_purged_event(s, row.tenant);
    co_await store::put_consumer(s, row);
    const auto now = co_await store::find_consumer(s, row.tenant, row.name);
    co_return Answer{there ? 200 : 201, shown(*now)};
}

struct Move {
    TenantId tenant;
    std::string name;
    EventPlace cursor;
    Instant now;
};

Step<Result<Answer>> move(Session& s, std::shared_ptr<const Move> wanted) {
    const auto there = co_await store::find_consumer(s, wanted->tenant, wanted->name);
    if (!there)
        co_return fail(Code::not_found, "there is no such consumer");
    const bool is_known =
        co_await store::is_place(s, wanted->tenant, store::Feed::events, wanted->cursor.place);
    if (!is_known)
        co_return fail(Code::cursor_invalid, "after: nothing stands at this place");
    co_await store::move_consumer(s, wanted->tenant, wanted->name, wanted->cursor.place,
                                  wanted->cursor.purged, wanted->now);
    const auto now = co_await store::find_consumer(s, wanted->tenant, wanted->name);
    co_return Answer{200, shown(*now)};
}

Step<Result<Answer>> remove(Session& s, TenantId tenant, std::string name) {
    const bool was_there = co_await store::delete_consumer(s, tenant, name);
    if (!was_there)
        co_return fail(Code::not_found, "there is no such consumer");
    co_return Answer{204, {}};
}

Task<Result<ConsumerRow>> find(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const auto name = std::make_shared<const std::string>(call.id);
    co_return co_await find_or_404<ConsumerRow>(
        core, [tenant, name](Session& s) { return store::find_consumer(s, tenant, *name); },
        "consumer");
}

} // namespace

Task<Result<Answer>> put_consumer(const Core& core, const Call& call) {
    if (!is_name(call.id))
        co_return fail(Code::value_invalid, "a consumer's name has 1 to 64 letters, digits, '.', "
                                            "'_' and '-'");
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(Given given, read_consumer_body(document.root()));
    given.row.tenant = call.caller.tenant;
    given.row.name = call.id;
    given.row.updated_at = core.clock.now();
    const auto shared = std::make_shared<const Given>(std::move(given));
    co_return co_await change(core, call, [shared](Session& s) { return put(s, shared); });
}

Task<Result<Answer>> list_consumers(const Core& core, const Call& call) {
    using Consumers = std::vector<ConsumerRow>;
    const TenantId tenant = call.caller.tenant;
    const Result<Consumers> found = co_await core.store.read<Consumers>(
        [tenant](Session& s) { return store::list_consumers(s, tenant); });
    if (!found)
        co_return std::unexpected(found.error());
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const ConsumerRow& row : *found)
        write_consumer(w, row);
    w.end().key("next").null().end();
    co_return Answer{200, std::move(w).text()};
}

Task<Result<Answer>> get_consumer(const Core& core, const Call& call) {
    CO_TRY(const ConsumerRow row, co_await find(core, call));
    co_return Answer{200, shown(row)};
}

Task<Result<Answer>> delete_consumer(const Core& core, const Call& call) {
    CO_TRY_VOID(no_body(call.request));
    const TenantId tenant = call.caller.tenant;
    co_return co_await change(
        core, call, [tenant, name = call.id](Session& s) { return remove(s, tenant, name); });
}

// What follows the cursor, which stays where it is.
Task<Result<Answer>> read_consumer(const Core& core, const Call& call) {
    CO_TRY(const auto wait, read_wait(call.request));
    EventQuery query;
    CO_TRY(query.limit, read_limit(call.request));
    CO_TRY(const ConsumerRow row, co_await find(core, call));
    query.tenant = call.caller.tenant;
    query.types = row.events;
    query.filter = filter_of(row);
    query.after = {row.cursor, row.purged};
    co_return co_await answer_events(core, std::move(query), wait);
}

Task<Result<Answer>> move_consumer(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    payloads::Reader in(document.root());
    const std::string after = in.text("after", limits::text_bytes_max);
    CO_TRY_VOID(in.finish());
    CO_TRY(const EventPlace cursor, co_await event_place(core, call.caller.tenant, after));
    const auto wanted =
        std::make_shared<const Move>(call.caller.tenant, call.id, cursor, core.clock.now());
    co_return co_await change(core, call, [wanted](Session& s) { return move(s, wanted); });
}

} // namespace settled::api
