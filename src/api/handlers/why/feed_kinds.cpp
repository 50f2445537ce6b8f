#include "api/handlers/why/feed_kinds.h"

#include "api/feed.h"
#include "store/queries/change_feed.h"
#include "store/queries/money/order_feed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace settled::api {

namespace {

struct Kind {
    std::string_view token;
    Scope scope;
    store::Feed feed;
};
constexpr std::array<Kind, feed_kinds> kinds{{
    {"webhooks", Scope::webhooks_read, store::Feed::webhooks},
    {"settlements", Scope::settlements_read, store::Feed::settlements},
    {"matches", Scope::settlements_read, store::Feed::matches},
    {"orders", Scope::orders_read, store::order_feed},
    {"notifications", Scope::notifications_read, store::Feed::webhooks},
    {"events", Scope::events_read, store::Feed::events},
    {"deliveries", Scope::events_read, store::Feed::events},
    {"changes", Scope::admin, store::change_feed},
}};

const Kind& kind_of(FeedKind kind) {
    return kinds.at(static_cast<std::size_t>(kind));
}

// "fed_", then for each kind its letter and the 26 letters of its place.
constexpr std::string_view prefix = "fed_";
constexpr std::string_view place_prefix = "cur_";
constexpr std::size_t letters = 26;

std::optional<FeedKind> named(std::string_view word) {
    const auto* const found = std::ranges::find(kinds, word, &Kind::token);
    if (found == kinds.end())
        return std::nullopt;
    return static_cast<FeedKind>(found - kinds.begin());
}

std::unexpected<Error> not_a_cursor() {
    return fail(Code::cursor_invalid,
                "after: give the id of an entry of this stream, of the same kinds");
}

} // namespace

std::string_view token(FeedKind kind) {
    return kind_of(kind).token;
}
Scope scope_of(FeedKind kind) {
    return kind_of(kind).scope;
}
store::Feed feed_of(FeedKind kind) {
    return kind_of(kind).feed;
}

Result<std::vector<FeedKind>> read_feed_kinds(std::string_view text) {
    std::vector<FeedKind> wanted;
    for (bool is_more = true; is_more;) {
        const std::size_t end = std::min(text.find(','), text.size());
        const auto kind = named(text.substr(0, end));
        if (!kind || std::ranges::find(wanted, *kind) != wanted.end()) {
            std::vector<std::string_view> words;
            for (const Kind& each : kinds)
                words.push_back(each.token);
            return fail(Code::parameter_invalid,
                        fmt::format("kinds: give some of {}, each once", fmt::join(words, ",")));
        }
        wanted.push_back(*kind);
        is_more = end < text.size();
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return wanted;
}

std::string cursor_of(const FeedPlaces& places) {
    std::string text(prefix);
    for (std::size_t i = 0; i < places.size(); ++i)
        if (places.at(i)) {
            text += static_cast<char>('a' + i);
            text += cursor_of(*places.at(i)).substr(place_prefix.size());
        }
    return text;
}

Result<FeedPlaces> read_feed_cursor(std::string_view text, const std::vector<FeedKind>& wanted) {
    if (!text.starts_with(prefix))
        return not_a_cursor();
    text.remove_prefix(prefix.size());
    FeedPlaces places;
    std::size_t count = 0;
    for (; text.size() > letters; ++count) {
        const auto number = static_cast<std::size_t>(text.front() - 'a');
        const auto place =
            read_cursor(std::string(place_prefix) + std::string(text.substr(1, letters)));
        if (number >= places.size() || places.at(number) || !place)
            return not_a_cursor();
        places.at(number) = *place;
        text.remove_prefix(letters + 1);
    }
    const bool are_the_same =
        count == wanted.size() &&
        std::ranges::all_of(wanted, [&](FeedKind kind) { return at(places, kind).has_value(); });
    if (!text.empty() || !are_the_same)
        return not_a_cursor();
    return places;
}

} // namespace settled::api
