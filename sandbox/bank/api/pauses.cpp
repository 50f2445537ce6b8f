#include "sandbox/bank/api/pauses.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace settled::sandbox {

Task<> Pauses::wait(std::shared_ptr<Pauses> self, std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(self->io_, time);
    self->timers_.insert(&timer);
    const auto [ended_early] =
        co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    static_cast<void>(ended_early);
    self->timers_.erase(&timer);
}

void Pauses::end_all() {
    for (boost::asio::steady_timer* const timer : timers_)
        timer->cancel();
}

} // namespace settled::sandbox
