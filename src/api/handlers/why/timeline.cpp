// What happened to a thing, in order, whatever kind of thing its id names.
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/handlers/why/named.h"
#include "api/handlers/why/timeline_reader.h"
#include "api/page.h"
#include "base/ascii.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/search.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace settled::api {

namespace {

using store::Session;
using store::Step;

template <class Tag>
using Adder = Step<bool> (TimelineReader::*)(Id<Tag>);

template <class Tag>
Step<bool> add_named(TimelineReader& reader, std::string_view id, Adder<Tag> adder) {
    const auto ours = parse_id<Tag>(id);
    if (!ours)
        co_return false;
    co_return co_await (reader.*adder)(*ours);
}

// The kinds of things whose ids are ours, each with the scope that shows it.
struct Kind {
    std::string_view prefix;
    Scope scope;
    Step<bool> (*add)(TimelineReader& reader, std::string_view id);
};
using Reader = TimelineReader;
constexpr Kind kinds[] = {
    {PaymentIdTag::prefix, Scope::payments_read,
     [](Reader& r, std::string_view id) {
         return add_named<PaymentIdTag>(r, id, &Reader::add_payment);
     }},
    {SettlementIdTag::prefix, Scope::settlements_read,
     [](Reader& r, std::string_view id) {
         return add_named<SettlementIdTag>(r, id, &Reader::add_settlement);
     }},
    {MatchIdTag::prefix, Scope::settlements_read,
     [](Reader& r, std::string_view id) {
         return add_named<MatchIdTag>(r, id, &Reader::add_match);
     }},
    {ReviewIdTag::prefix, Scope::settlements_read,
     [](Reader& r, std::string_view id) {
         return add_named<ReviewIdTag>(r, id, &Reader::add_review);
     }},
    {OrderIdTag::prefix, Scope::orders_read,
     [](Reader& r, std::string_view id) {
         return add_named<OrderIdTag>(r, id, &Reader::add_order);
     }},
    {ReturnIdTag::prefix, Scope::returns_read,
     [](Reader& r, std::string_view id) {
         return add_named<ReturnIdTag>(r, id, &Reader::add_return);
     }},
    {LinkIdTag::prefix, Scope::links_read,
     [](Reader& r, std::string_view id) { return add_named<LinkIdTag>(r, id, &Reader::add_link); }},
    {PostingIdTag::prefix, Scope::postings_read,
     [](Reader& r, std::string_view id) {
         return add_named<PostingIdTag>(r, id, &Reader::add_posting);
     }},
    {CallIdTag::prefix, Scope::calls_read,
     [](Reader& r, std::string_view id) { return add_named<CallIdTag>(r, id, &Reader::add_call); }},
    {WebhookIdTag::prefix, Scope::webhooks_read,
     [](Reader& r, std::string_view id) {
         return add_named<WebhookIdTag>(r, id, &Reader::add_webhook);
     }},
    {EventIdTag::prefix, Scope::events_read,
     [](Reader& r, std::string_view id) {
         return add_named<EventIdTag>(r, id, &Reader::add_event);
     }},
    {TaskIdTag::prefix, Scope::events_read,
     [](Reader& r, std::string_view id) {
         return add_named<TaskIdTag>(r, id, &Reader::add_delivery);
     }},
    {EndpointIdTag::prefix, Scope::endpoints_read,
     [](Reader& r, std::string_view id) {
         return add_named<EndpointIdTag>(r, id, &Reader::add_endpoint);
     }},
    {StatementIdTag::prefix, Scope::settlements_read,
     [](Reader& r, std::string_view id) {
         return add_named<StatementIdTag>(r, id, &Reader::add_statement);
     }},
    {ApiKeyIdTag::prefix, Scope::admin,
     [](Reader& r, std::string_view id) {
         return add_named<ApiKeyIdTag>(r, id, &Reader::add_api_key);
     }},
};

// The newest whose client's id that is, in any case, as a search finds it.
Step<std::optional<std::int64_t>> newest_called(Session& s, TenantId tenant, store::SearchKey key,
                                                std::string name) {
    std::ranges::transform(name, name.begin(), ascii_lower);
    const auto ids = co_await store::newest_with(s, tenant, key, std::move(name), 1);
    co_return ids.empty() ? std::nullopt : std::optional(ids.front());
}

// What a client calls so, where it is no id of ours. The scope says whether the caller may see it.
Step<Scope> add_by_name(Session& s, TenantId tenant, Reader& reader, std::string name) {
    if (const auto payment = co_await find_payment_named(s, tenant, name)) {
        (void)co_await reader.add_payment(payment->id);
        co_return Scope::payments_read;
    }
    if (const auto order = co_await store::find_order_by_client_id(s, tenant, name)) {
        (void)co_await reader.add_order(order->order.id);
        co_return Scope::orders_read;
    }
    if (const auto id =
            co_await newest_called(s, tenant, store::SearchKey::return_client_id, name)) {
        (void)co_await reader.add_return(ReturnId{*id});
        co_return Scope::returns_read;
    }
    if (const auto id = co_await newest_called(s, tenant, store::SearchKey::link_client_id, name)) {
        (void)co_await reader.add_link(LinkId{*id});
        co_return Scope::links_read;
    }
    if (const auto settlement = co_await find_settlement_named(s, tenant, name)) {
        (void)co_await reader.add_settlement(settlement->id);
        co_return Scope::settlements_read;
    }
    const bool is_connector = co_await reader.add_connector(name);
    co_return is_connector ? Scope::connectors_read : Scope::none;
}

void write_subject(wire::JsonWriter& w, const TimelineSubject& subject) {
    w.key("subject").object().member("kind", subject.kind).member("id", subject.id);
    w.member("client_id", subject.client_id.empty() ? std::optional<std::string>{}
                                                    : std::optional(subject.client_id));
    w.member("sentence", subject.sentence).end();
}

std::string shown(const Timeline& timeline, const EntryPlace& after, std::size_t limit) {
    const auto& all = timeline.entries;
    const auto first = std::ranges::upper_bound(all, after, {}, &TimelineEntry::place);
    const auto left = static_cast<std::size_t>(all.end() - first);
    const auto end = first + static_cast<std::ptrdiff_t>(std::min(left, limit));
    wire::JsonWriter w;
    w.object();
    write_subject(w, timeline.subject);
    w.key("data").array();
    for (auto entry = first; entry != end; ++entry)
        write_entry(w, *entry);
    w.end().key("next");
    if (end == all.end())
        w.null();
    else
        w.value(to_cursor(std::prev(end)->place));
    w.end();
    return std::move(w).text();
}

Step<std::optional<Timeline>> find(Session& s, TenantId tenant, ScopeSet scopes,
                                   std::shared_ptr<const std::string> id) {
    Timeline timeline = co_await read_timeline(s, tenant, scopes, *id);
    if (!timeline.is_found && timeline.missing == Scope::none)
        co_return std::nullopt;
    co_return timeline;
}

} // namespace

Step<Timeline> read_timeline(Session& s, TenantId tenant, ScopeSet scopes, std::string id) {
    TimelineReader reader(s, tenant, scopes);
    Scope scope = Scope::none;
    for (const Kind& kind : kinds) {
        if (!id.starts_with(kind.prefix))
            continue;
        const bool is_there = co_await kind.add(reader, id);
        if (is_there)
            scope = kind.scope;
    }
    if (scope == Scope::none)
        scope = co_await add_by_name(s, tenant, reader, id);
    Timeline timeline = std::move(reader.timeline());
    if (!scopes.has(scope)) {
        timeline = {};
        timeline.missing = scope;
    }
    std::ranges::sort(timeline.entries, {}, &TimelineEntry::place);
    co_return timeline;
}

Task<Result<Answer>> show_timeline(const Core& core, const Call& call) {
    CO_TRY(const std::size_t limit, read_limit(call.request));
    EntryPlace after;
    after.at_us = std::numeric_limits<std::int64_t>::min();
    if (const auto cursor = call.request.parameter("after")) {
        CO_TRY(after, from_cursor(*cursor));
    }
    const TenantId tenant = call.caller.tenant;
    const ScopeSet scopes = call.caller.scopes;
    const auto id = std::make_shared<const std::string>(call.id);
    const auto timeline = co_await find_or_404<Timeline>(
        core, [=](Session& s) { return find(s, tenant, scopes, id); }, "thing");
    if (!timeline)
        co_return std::unexpected(timeline.error());
    if (timeline->missing != Scope::none)
        co_return fail(Code::scope_missing,
                       "this needs the scope " + std::string(token(timeline->missing)));
    co_return Answer{200, shown(*timeline, after, limit)};
}

} // namespace settled::api
