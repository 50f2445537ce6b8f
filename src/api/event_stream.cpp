#include "api/event_stream.h"

#include "net/pause.h"

#include <chrono>
#include <utility>

namespace settled::api {

namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 100ms;
constexpr auto comment_interval = 15s;

class EventStream final : public net::BodySource {
  public:
    EventStream(const Core& core, StreamParts next)
        : core_(core), next_(std::move(next)), comment_at_(core.clock.steady() + comment_interval) {
    }

    Task<std::optional<std::string>> next(const bool& is_cut) override {
        if (!std::exchange(has_begun_, true))
            co_return ": settled\n\n";
        while (!is_cut) {
            Result<std::string> text = co_await next_();
            if (!text)
                break;
            if (!text->empty())
                co_return written(*std::move(text));
            if (core_.clock.steady() >= comment_at_)
                co_return written(": \n\n");
            co_await net::pause(look_interval);
        }
        co_return std::nullopt;
    }

  private:
    std::string written(std::string text) {
        comment_at_ = core_.clock.steady() + comment_interval;
        return text;
    }

    const Core& core_;
    StreamParts next_;
    Clock::Steady comment_at_;
    bool has_begun_ = false;
};

} // namespace

std::string stream_entry(std::string_view id, std::string_view type, std::string_view data) {
    std::string text;
    for (const std::string_view part :
         {std::string_view("id: "), id, std::string_view("\nevent: "), type,
          std::string_view("\ndata: "), data, std::string_view("\n\n")})
        text += part;
    return text;
}

std::shared_ptr<net::BodySource> stream_of(const Core& core, StreamParts next) {
    return std::make_shared<EventStream>(core, std::move(next));
}

} // namespace settled::api
