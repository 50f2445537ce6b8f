#include "api/handlers/event_reading.h"

#include "api/bounds.h"
#include "api/event_stream.h"
#include "api/feed.h"
#include "base/id.h"
#include "net/pause.h"
#include "store/queries/purged.h"

#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <utility>

namespace settled::api {

namespace {

using namespace std::chrono_literals;
using store::EventRow;
using store::FeedPlace;
using store::Session;
using store::Step;

constexpr auto look_interval = 100ms;
constexpr std::size_t stream_page = 100;

bool is_wanted(const EventQuery& query, const EventRow& event) {
    if (!domain::wants(query.types, event.type))
        return false;
    if (query.filter.empty())
        return true;
    const auto document = wire::JsonDocument::parse(event.body);
    return document && domain::fits(query.filter, document->root());
}

// One type is asked for in the store; several, and fields, are looked at here.
std::string_view type_for_store(const EventQuery& query) {
    const bool is_one = query.types != "*" && !query.types.contains(' ');
    return is_one ? std::string_view(query.types) : std::string_view();
}

// How many wait, in the whole process.
std::atomic<std::size_t>& waiting() {
    static std::atomic<std::size_t> count{0};
    return count;
}

class WaitingPlace {
  public:
    WaitingPlace() { ++waiting(); }
    ~WaitingPlace() { --waiting(); }
    WaitingPlace(const WaitingPlace&) = delete;
    WaitingPlace& operator=(const WaitingPlace&) = delete;
    static bool is_free() { return waiting() < bounds::event_streams_max; }
};

Task<Result<EventFeedPage>> read_page(const Core& core, std::shared_ptr<const EventQuery> query) {
    const auto read = co_await core.store.read<Result<EventFeedPage>>(
        [query](Session& s) { return read_events_page(s, query); });
    if (!read)
        co_return std::unexpected(read.error());
    co_return *read;
}

// One page, after a wait.
class LongPoll final : public net::BodySource {
  public:
    LongPoll(const Core& core, std::shared_ptr<const EventQuery> query, EventFeedPage page,
             std::chrono::seconds wait)
        : core_(core), query_(std::move(query)), page_(std::move(page)),
          until_(core.clock.steady() + wait) {}

    Task<std::optional<std::string>> next(const bool& is_cut) override {
        if (std::exchange(is_sent_, true))
            co_return std::nullopt;
        while (page_.rows.empty() && !is_cut && core_.clock.steady() < until_) {
            co_await net::pause(look_interval);
            auto again = std::make_shared<EventQuery>(*query_);
            again->after = page_.end;
            query_ = std::move(again);
            auto read = co_await read_page(core_, query_);
            if (read) // a store that cannot be read is asked again
                page_ = *std::move(read);
        }
        co_return events_page_text(page_);
    }

  private:
    const Core& core_;
    std::shared_ptr<const EventQuery> query_;
    EventFeedPage page_;
    Clock::Steady until_;
    bool is_sent_ = false;
    WaitingPlace place_;
};

// Server-sent events: `id` is the event's, so that a client which comes back says what it has.
std::string text_of(const std::vector<EventRow>& events) {
    std::string text;
    for (const EventRow& event : events)
        text += stream_entry(to_string(event.id), event.type, event.body);
    return text;
}

class EventParts {
  public:
    EventParts(const Core& core, EventQuery query) : core_(core), query_(std::move(query)) {}

    // What has come since; empty: nothing, or the store cannot be read just now.
    Task<Result<std::string>> next() {
        const auto page = co_await read_page(core_, std::make_shared<const EventQuery>(query_));
        if (!page &&
            (page.error().code == Code::events_purged || page.error().code == Code::cursor_invalid))
            co_return std::unexpected(page.error()); // the reader has to begin elsewhere
        if (!page)
            co_return std::string();
        query_.after = page->end;
        co_return text_of(page->rows);
    }

  private:
    const Core& core_;
    EventQuery query_;
    WaitingPlace place_;
};

// A cursor of a list that is read forward, followed by the last purged event, if there was one.
constexpr std::size_t cursor_bytes = 30;
constexpr std::string_view purged_prefix = "cur";

Result<EventPlace> read_event_cursor(std::string_view text) {
    EventPlace at;
    TRY(at.place, read_cursor(text.substr(0, cursor_bytes)));
    if (text.size() <= cursor_bytes)
        return at;
    const auto purged =
        decode_id(purged_prefix, fmt::format("{}_{}", purged_prefix, text.substr(cursor_bytes)));
    if (!purged)
        return fail(Code::cursor_invalid, "after: give what `next` said under order=oldest");
    at.purged = *purged;
    return at;
}

Step<Result<FeedPlace>> find_place(Session& s, TenantId tenant, EventId id) {
    const auto place = co_await store::place_of(s, tenant, store::Feed::events, id.value);
    if (place)
        co_return *place;
    const bool is_known = co_await store::is_in_feed(s, tenant, store::Feed::events, id.value);
    if (is_known)
        co_return fail(Code::server_busy, "the event has no place in the list yet");
    co_return fail(Code::cursor_invalid, "after: there is no such event");
}

Step<FeedPlace> find_end(Session& s, TenantId tenant) {
    co_return co_await store::end_of_feed(s, tenant, store::Feed::events);
}

} // namespace

Step<Result<EventFeedPage>> read_events_page(Session& s, std::shared_ptr<const EventQuery> query) {
    EventFeedPage page{{}, query->after};
    store::FeedPlace& end = page.end.place;
    const bool is_known = co_await store::is_place(s, query->tenant, store::Feed::events, end);
    if (!is_known)
        co_return fail(Code::cursor_invalid,
                       "after: nothing stands at this place. It is of another list, or the server "
                       "was put back to an older copy of its data: read again from the beginning");
    const std::int64_t purged = co_await store::last_purged_event(s, query->tenant);
    if (end.position == 0 && page.end.purged == 0)
        page.end.purged = purged;
    if (std::max(end.position, page.end.purged) < purged)
        co_return fail(
            Code::events_purged,
            "after: events that follow this place were purged; read from the oldest that "
            "is there, without after");
    const std::string_view type = type_for_store(*query);
    for (std::size_t seen = 0; page.rows.size() < query->limit && seen < store::feed_entries_max;) {
        const std::size_t missing = query->limit - page.rows.size();
        auto more = co_await store::events_after(s, query->tenant, type, end, missing);
        const std::size_t found = more.rows.size();
        const bool moved = !(more.end == end);
        end = more.end;
        for (EventRow& event : more.rows)
            if (is_wanted(*query, event))
                page.rows.push_back(std::move(event));
        seen += std::max<std::size_t>(found, 1);
        if (!moved || found < missing)
            break;
    }
    co_return page;
}

std::string cursor_of(const EventPlace& place) {
    std::string text = cursor_of(place.place);
    if (place.purged > place.place.position)
        text += encode_id(purged_prefix, place.purged).substr(purged_prefix.size() + 1);
    return text;
}

std::string events_page_text(const EventFeedPage& page) {
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const EventRow& event : page.rows)
        w.raw(event.body);
    w.end().member("next", cursor_of(page.end)).end();
    return std::move(w).text();
}

Result<std::chrono::seconds> read_wait(const net::Request& request) {
    const auto text = request.parameter("wait");
    if (!text)
        return std::chrono::seconds(0);
    std::int64_t wait = -1;
    const char* const last = text->data() + text->size();
    const auto read = std::from_chars(text->data(), last, wait);
    if (read.ec != std::errc() || read.ptr != last || wait < 0 || wait > bounds::event_wait_max)
        return fail(Code::parameter_invalid, "wait: give seconds, 0 to 60");
    return std::chrono::seconds(wait);
}

Task<Result<Answer>> answer_events(const Core& core, EventQuery query, std::chrono::seconds wait) {
    const auto shared = std::make_shared<const EventQuery>(std::move(query));
    auto page = co_await read_page(core, shared);
    if (!page)
        co_return std::unexpected(page.error());
    if (!page->rows.empty() || wait.count() == 0)
        co_return Answer{200, events_page_text(*page)};
    if (!WaitingPlace::is_free())
        co_return fail(Code::too_many_requests, "too many wait for events");
    Answer answer;
    answer.source = std::make_shared<LongPoll>(core, shared, *std::move(page), wait);
    co_return answer;
}

Task<Result<Answer>> stream_events(const Core& core, EventQuery query) {
    query.limit = stream_page;
    const auto first = co_await read_page(core, std::make_shared<const EventQuery>(query));
    if (!first)
        co_return std::unexpected(first.error());
    if (!WaitingPlace::is_free())
        co_return fail(Code::too_many_requests, "too many wait for events");
    Answer answer;
    answer.content_type = "text/event-stream";
    answer.source = stream_of(core, std::make_shared<EventParts>(core, std::move(query)));
    co_return answer;
}

Task<Result<EventPlace>> event_place(const Core& core, TenantId tenant, std::string after) {
    if (after.empty())
        co_return EventPlace{};
    if (after == "end") {
        CO_TRY(const FeedPlace end, co_await core.store.read<FeedPlace>(
                                        [tenant](Session& s) { return find_end(s, tenant); }));
        co_return EventPlace{end};
    }
    const auto id = parse_id<EventIdTag>(after);
    if (!id)
        co_return read_event_cursor(after);
    // An event gets its place a moment after its commit.
    for (int round = 0; round < 20; ++round) {
        const auto found = co_await core.store.read<Result<FeedPlace>>(
            [tenant, id = *id](Session& s) { return find_place(s, tenant, id); });
        if (!found)
            co_return std::unexpected(found.error());
        if (*found)
            co_return EventPlace{**found};
        if (found->error().code != Code::server_busy)
            co_return std::unexpected(found->error());
        co_await net::pause(look_interval);
    }
    co_return fail(Code::server_busy, "the event has no place in the list yet; try again");
}

} // namespace settled::api
