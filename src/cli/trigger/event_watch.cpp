#include "cli/trigger/event_watch.h"

#include "cli/listen/event_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace settled::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 100ms; // over the control socket, where nothing is held back
constexpr std::int64_t wait_seconds_max = 10;
constexpr std::size_t events_per_page = 100;

} // namespace

Result<EventWatch> EventWatch::begin(ApiSession& api, bool is_remote) {
    TRY(std::string after, place_of_now(api));
    return EventWatch(api, is_remote, std::move(after));
}

WatchedEvent* EventWatch::find(std::string_view type, std::string_view about) {
    const std::string named = fmt::format("\"{}\"", about);
    const auto found = std::ranges::find_if(seen_, [&](const WatchedEvent& event) {
        return !event.is_taken && event.type == type && event.body.contains(named);
    });
    return found == seen_.end() ? nullptr : &*found;
}

Result<> EventWatch::read_more(Clock::Steady until) {
    const auto left = std::chrono::floor<std::chrono::seconds>(until - clock_.steady()).count();
    const std::int64_t wait = is_remote_ ? std::clamp<std::int64_t>(left, 0, wait_seconds_max) : 0;
    TRY(const Answered page,
        api_->ask({"GET",
                   fmt::format("/v1/events?order=oldest&after={}&limit={}&wait={}", after_,
                               events_per_page, wait),
                   ""}));
    after_ = page.at("next");
    const auto data = page.root().member("data");
    const std::size_t count = data ? data->size() : 0;
    for (std::size_t i = 0; i < count; ++i) {
        const wire::Json event = data->at(i);
        seen_.push_back(
            {text_at(event, "id"), text_at(event, "type"), std::string(event.raw()), false});
    }
    if (count == 0 && wait == 0)
        std::this_thread::sleep_for(look_interval);
    return {};
}

Result<std::optional<WatchedEvent>> EventWatch::await(std::string_view type, std::string_view about,
                                                      Clock::Steady until) {
    for (;;) {
        if (WatchedEvent* const event = find(type, about)) {
            event->is_taken = true;
            return std::optional(*event);
        }
        if (clock_.steady() >= until)
            return std::optional<WatchedEvent>();
        TRY_VOID(read_more(until));
    }
}

} // namespace settled::cli
