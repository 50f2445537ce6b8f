#include "base/repeating_task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace settled {

namespace {

namespace asio = boost::asio;
using std::chrono::microseconds;

Task<microseconds> then_wait(const std::function<Task<>()>& round, microseconds interval) {
    co_await round();
    co_return interval;
}

} // namespace

RepeatingTask::RepeatingTask(asio::io_context& io, Round round)
    : io_(io), round_(std::move(round)), timer_(io) {}

RepeatingTask::RepeatingTask(asio::io_context& io, microseconds interval,
                             std::function<Task<>()> round)
    : RepeatingTask(io,
                    [interval, round = std::move(round)] { return then_wait(round, interval); }) {}

void RepeatingTask::start() {
    asio::co_spawn(io_, run(), asio::detached);
}

void RepeatingTask::stop() {
    is_stopped_ = true;
    timer_.cancel();
}

Task<> RepeatingTask::run() {
    while (!is_stopped_) {
        const microseconds time = co_await round_();
        co_await wait(time);
    }
}

Task<> RepeatingTask::wait(microseconds time) {
    if (is_stopped_ || time == microseconds::zero())
        co_return; // stopped meanwhile, when there was no wait to cancel
    timer_.expires_after(time);
    boost::system::error_code cancelled;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

} // namespace settled
