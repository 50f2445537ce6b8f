// GET /v1/feed: what comes about, as it comes about, as server-sent events.
#include "api/event_stream.h"
#include "api/handlers/why/feed_reader.h"
#include "api/handlers/why/stream_places.h"
#include "api/handlers/why/why_handlers.h"
#include "api/page.h"
#include "store/queries/directory.h"
#include "wire/time.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace settled::api {

namespace {

using store::Session;

// Those of this process.
StreamPlaces& streams() {
    static StreamPlaces places;
    return places;
}

class FeedParts {
  public:
    FeedParts(const Core& core, FeedQuery query, std::shared_ptr<const StreamPlace> place)
        : core_(core), query_(std::move(query)), place_(std::move(place)) {}

    Task<Result<std::string>> next() {
        if (place_->is_over)
            co_return fail(Code::too_many_requests, "its reader has opened others since");
        if (!std::exchange(has_begun_,
                           true)) // a client that is cut before the first entry misses nothing
            co_return "id: " + cursor_of(query_.from) + "\n\n";
        const auto query = std::make_shared<const FeedQuery>(query_);
        const auto round = co_await core_.store.read<FeedRound>(
            [query](Session& s) { return read_round(s, query); });
        if (!round) // a store that cannot be read is asked again
            co_return std::string();
        std::string text;
        for (const FeedEntry& each : round->entries) {
            if (each.after)
                at(query_.from, each.kind) = *each.after;
            const bool is_last = &each == &round->entries.back();
            text += written(each, is_last ? round->end : query_.from);
        }
        query_.from = round->end;
        co_return text;
    }

  private:
    static std::string written(const FeedEntry& each, const FeedPlaces& places) {
        wire::JsonWriter w;
        write_entry(w, each.entry);
        return stream_entry(cursor_of(places), token(each.entry.place.kind), std::move(w).text());
    }

    const Core& core_;
    FeedQuery query_;
    std::shared_ptr<const StreamPlace> place_;
    bool has_begun_ = false;
};

// Those that are asked for; else those that the filter is about and the caller may read.
Result<std::vector<FeedKind>> kinds_for(const Call& call) {
    const auto asked = call.request.parameter("kinds");
    const bool of_connector = call.request.parameter("connector").has_value();
    const bool of_endpoint = call.request.parameter("endpoint").has_value();
    if (of_connector && of_endpoint)
        return fail(Code::parameter_invalid,
                    "endpoint: a delivery has no connector; give one of the two");
    const std::string_view fitting = of_connector  ? "webhooks,orders,notifications"
                                     : of_endpoint ? "deliveries"
                                                   : "webhooks,settlements,matches,orders,"
                                                     "notifications,events,deliveries,changes";
    TRY(const auto possible, read_feed_kinds(fitting));
    std::vector<FeedKind> kinds;
    if (!asked) {
        for (const FeedKind kind : possible)
            if (call.caller.scopes.has(scope_of(kind)))
                kinds.push_back(kind);
        if (kinds.empty())
            return fail(Code::scope_missing,
                        "this needs the scope " + std::string(token(scope_of(possible.front()))));
        return kinds;
    }
    TRY(kinds, read_feed_kinds(*asked));
    for (const FeedKind kind : kinds) {
        if (!call.caller.scopes.has(scope_of(kind)))
            return fail(Code::scope_missing,
                        "this needs the scope " + std::string(token(scope_of(kind))));
        if (std::ranges::find(possible, kind) == possible.end())
            return fail(Code::parameter_invalid,
                        "kinds: with this filter give some of " + std::string(fitting));
    }
    return kinds;
}

Task<Result<ConnectorId>> connector_of(const Core& core, const Call& call) {
    const auto name = call.request.parameter("connector");
    if (!name)
        co_return ConnectorId{};
    using Found = std::optional<store::ConnectorRow>;
    const TenantId tenant = call.caller.tenant;
    const auto wanted = std::make_shared<const std::string>(*name);
    const auto found = co_await core.store.read<Found>(
        [=](Session& s) { return store::find_connector_by_name(s, tenant, *wanted); });
    if (!found)
        co_return std::unexpected(found.error());
    if (!*found)
        co_return fail(Code::parameter_invalid, "connector: there is no such connector");
    co_return (*found)->id;
}

Result<Instant> read_since(const net::Request& request) {
    const auto text = request.parameter("since");
    if (!text)
        return Instant{};
    const auto since = wire::parse_rfc3339(*text);
    if (!since)
        return fail(Code::parameter_invalid, "since: give a time, as 2026-11-26T10:00:00Z");
    return *since;
}

// `after` goes before `since`: what was read already is not sent again.
Task<Result<FeedPlaces>> beginning_of(const Core& core, const FeedQuery& query,
                                      const std::string& after) {
    const TenantId tenant = query.tenant;
    const std::vector<FeedKind> kinds = query.kinds;
    if (!after.empty() && after != "end") {
        CO_TRY(const FeedPlaces places, read_feed_cursor(after, kinds));
        const auto known = co_await core.store.read<Result<FeedPlaces>>(
            [=](Session& s) { return known_places(s, tenant, kinds, places); });
        if (!known)
            co_return std::unexpected(known.error());
        co_return *known;
    }
    const bool has_time = query.since.us != 0 && after.empty();
    const auto since = has_time ? std::optional(query.since) : std::nullopt;
    const auto places = co_await core.store.read<FeedPlaces>(
        [=](Session& s) { return places_at(s, tenant, kinds, since); });
    co_return places;
}

} // namespace

Task<Result<Answer>> stream_feed(const Core& core, const Call& call) {
    FeedQuery query;
    query.tenant = call.caller.tenant;
    CO_TRY(query.kinds, kinds_for(call));
    CO_TRY(query.since, read_since(call.request));
    CO_TRY(query.connector, co_await connector_of(core, call));
    CO_TRY(const auto endpoint, read_id_filter<EndpointIdTag>(call.request, "endpoint"));
    query.endpoint = endpoint.value_or(EndpointId{});
    std::string after = call.request.parameter("after").value_or("");
    if (const auto last = call.request.fields.find("Last-Event-ID"))
        after = *last;
    CO_TRY(query.from, co_await beginning_of(core, query, after));
    auto place = streams().take(to_string(query.tenant) + " " + call.caller.name);
    if (!place)
        co_return fail(Code::too_many_requests, "too many streams are read");
    Answer answer;
    answer.content_type = "text/event-stream";
    answer.source =
        stream_of(core, std::make_shared<FeedParts>(core, std::move(query), std::move(place)));
    co_return answer;
}

} // namespace settled::api
