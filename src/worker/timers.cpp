#include "worker/timers.h"

#include "observe/log.h"
#include "store/nodes.h"
#include "units/tell_unmatched.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace settled::worker {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t bite = 200;
constexpr auto interval = 250ms; // how late a timer may be

} // namespace

void Timers::start() {
    boost::asio::co_spawn(io_, watch(), boost::asio::detached);
}

void Timers::stop() {
    stopped_ = true;
    pause_.cancel();
}

Task<> Timers::watch() {
    while (!stopped_) {
        const bool more = co_await run_due();
        if (more)
            continue;
        pause_.expires_after(interval);
        boost::system::error_code cancelled;
        co_await pause_.async_wait(
            boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    }
}

Task<bool> Timers::run_due() {
    if (!node_.does_job(store::job_timers))
        co_return false;
    const Instant now = clock_.now();
    auto due = co_await store_.read<std::vector<store::TaskRow>>(
        [now](store::Session& s) { return store::due_timers(s, now, bite); });
    if (!due) {
        log::failure("outbox.unreadable", due.error(), {});
        co_return false;
    }
    const bool may_be_more = due->size() == bite;
    for (store::TaskRow& task : *due) {
        if (!node_.does_job(store::job_timers))
            co_return false; // it lost its place meanwhile
        co_await carry_out(std::move(task));
    }
    co_return may_be_more;
}

Task<> Timers::carry_out(store::TaskRow task) {
    const auto shared = std::make_shared<const store::TaskRow>(std::move(task));
    const Instant now = clock_.now();
    const units::Context& context = context_;
    const auto told = co_await store_.write<bool>([&context, shared, now](store::Session& s) {
        return units::tell_unmatched(s, context, *shared, now);
    });
    if (!told)
        log::failure("timer.failed", told.error(), {{"task", to_string(shared->id)}});
    else if (*told)
        probe_.told_unmatched();
}

} // namespace settled::worker
