#include "api/handlers/why/timeline_entry.h"

#include "api/handlers/views.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace settled::api {

namespace {

constexpr std::array<std::string_view, 15> tokens{
    "webhook",  "notification", "payment", "settlement", "order",    "link",    "match", "review",
    "decision", "posting",      "call",    "event",      "delivery", "attempt", "change"};

// Takes the number before the next point off the front.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with('.'))
        text.remove_prefix(1);
    return number;
}

} // namespace

std::string_view token(EntryKind kind) {
    return tokens[static_cast<std::size_t>(kind)];
}

std::string to_cursor(const EntryPlace& place) {
    return fmt::format("{}.{}.{}.{}", place.at_us, static_cast<int>(place.kind), place.id,
                       place.number);
}

Result<EntryPlace> from_cursor(std::string_view cursor) {
    const auto at = take_number(cursor), kind = take_number(cursor), id = take_number(cursor),
               number = take_number(cursor);
    const bool is_whole = at && kind && id && number && cursor.empty();
    if (!is_whole || *kind < 0 || *kind >= static_cast<std::int64_t>(tokens.size()))
        return fail(Code::cursor_invalid, "after: give what `next` said");
    return EntryPlace{*at, static_cast<EntryKind>(*kind), *id, *number};
}

void write_entry(wire::JsonWriter& w, const TimelineEntry& entry) {
    w.object();
    write_time(w, "at", Instant{entry.place.at_us});
    w.member("kind", token(entry.place.kind)).member("id", entry.id);
    w.member("sentence", entry.sentence);
    w.member("actor",
             entry.actor.empty() ? std::optional<std::string>{} : std::optional(entry.actor));
    w.key("details").raw(entry.details).end();
}

} // namespace settled::api
