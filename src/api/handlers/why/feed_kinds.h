// The kinds of things that GET /v1/feed streams, and a place in all of them. Pure.
#pragma once

#include "api/scope.h"
#include "base/error.h"
#include "store/queries/feeds.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::api {

// Each in the order of its own list, read forward (api/feed.h). Deliveries come with their events, notifications with
// their webhooks.
enum class FeedKind : std::uint8_t {
    webhooks,
    settlements,
    matches,
    orders,
    notifications,
    events,
    deliveries,
    changes,
};
inline constexpr std::size_t feed_kinds = 8;

std::string_view token(FeedKind kind); // the enumerator's name: part of the API
Scope scope_of(FeedKind kind);
store::Feed feed_of(FeedKind kind); // whose order it has

// "webhooks,events", each once. Fails with parameter_invalid, naming all.
Result<std::vector<FeedKind>> read_feed_kinds(std::string_view text);

// Where each kind is read on; nullopt: it is not read.
using FeedPlaces = std::array<std::optional<store::FeedPlace>, feed_kinds>;
inline std::optional<store::FeedPlace>& at(FeedPlaces& places, FeedKind kind) {
    return places[static_cast<std::size_t>(kind)];
}

std::string cursor_of(const FeedPlaces& places);
// Of exactly these kinds. Fails with cursor_invalid.
Result<FeedPlaces> read_feed_cursor(std::string_view text, const std::vector<FeedKind>& kinds);

} // namespace settled::api
