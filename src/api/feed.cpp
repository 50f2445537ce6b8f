#include "api/feed.h"

#include "base/id.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::api {

namespace {

// Two numbers of 13 letters, behind one prefix.
constexpr std::string_view prefix = "cur";
constexpr std::size_t letters = 13;

} // namespace

std::string cursor_of(store::FeedPlace place) {
    return encode_id(prefix, place.position) +
           encode_id(prefix, place.id).substr(prefix.size() + 1);
}

Result<store::FeedPlace> read_cursor(std::string_view text) {
    const std::size_t first = std::min(text.size(), prefix.size() + 1 + letters);
    const auto position = decode_id(prefix, text.substr(0, first));
    const auto id = decode_id(prefix, fmt::format("{}_{}", prefix, text.substr(first)));
    if (!position || !id)
        return fail(Code::cursor_invalid, "after: give what `next` said under order=oldest");
    return store::FeedPlace{*position, *id};
}

Result<std::optional<Forward>> read_forward(const net::Request& request,
                                            std::initializer_list<std::string_view> filters) {
    TRY(const std::string order, read_choice(request, "order", {"newest", "oldest"}));
    if (order != "oldest")
        return std::optional<Forward>{};
    for (const std::string_view name : filters)
        if (request.parameter(name))
            return fail(Code::parameter_invalid,
                        std::string(name) + ": order=oldest reads the whole list; leave it out");
    Forward forward;
    TRY(forward.limit, read_limit(request));
    const auto after = request.parameter("after");
    if (after && *after == "end") {
        forward.from_end = true;
    } else if (after) {
        TRY(forward.after, read_cursor(*after));
    }
    return std::optional(forward);
}

} // namespace settled::api
