#include "server/time_watch.h"

#include "observe/log.h"
#include "wire/json_writer.h"

namespace settled::server {

namespace {

using namespace std::chrono_literals;

constexpr auto interval = 1s;
constexpr auto step_shown_for = 1h; // for people who look after an alarm
// Between a machine's clock and the database's: a smaller difference needs no attention.
constexpr auto apart_min = 2s;

std::int64_t in_ms(std::chrono::microseconds time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

std::int64_t in_seconds(std::chrono::microseconds time) {
    return std::chrono::round<std::chrono::seconds>(time).count();
}

bool is_apart(const ClockState& state) {
    return state.machine_ahead > apart_min || state.machine_ahead < -apart_min;
}

} // namespace

TimeWatch::TimeWatch(boost::asio::io_context& io, const RisingClock& clock)
    : clock_(clock), task_(io, interval, [this] { return round(); }) {}

Task<> TimeWatch::round() {
    look();
    log::tell_repeated();
    co_return;
}

void TimeWatch::look() {
    const ClockState state = clock_.state();
    if (state.steps != steps_told_)
        log::warn("clock.stepped",
                  {{"by_ms", in_ms(state.last_step)}, {"ahead_ms", in_ms(state.ahead)}});
    steps_told_ = state.steps;
    const bool was_ahead = is_ahead_;
    is_ahead_ = state.ahead > RisingClock::step_min || (was_ahead && state.ahead > 0us);
    if (was_ahead && !is_ahead_)
        log::info("clock.caught_up", {});
    if (is_apart(state) != is_apart_)
        log::warn(is_apart_ ? "clock.agrees" : "clock.differs",
                  {{"machine_ahead_ms", in_ms(state.machine_ahead)}});
    is_apart_ = is_apart(state);
}

std::string clock_trouble(const RisingClock& clock) {
    const ClockState state = clock.state();
    const bool stepped = state.steps > 0 && clock.steady() - state.last_step_at < step_shown_for;
    if (!stepped && state.ahead <= RisingClock::step_min && !is_apart(state))
        return {};
    wire::JsonWriter w;
    w.object()
        .member("steps", state.steps)
        .member("last_step_seconds", in_seconds(state.last_step));
    w.member("ahead_seconds", in_seconds(state.ahead));
    if (is_apart(state))
        w.member("machine_ahead_seconds", in_seconds(state.machine_ahead));
    w.end();
    return std::move(w).text();
}

} // namespace settled::server
