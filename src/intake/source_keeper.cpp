#include "intake/source_keeper.h"

#include "intake/bounds.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace settled::intake {

namespace asio = boost::asio;

void SourceKeeper::start() {
    asio::co_spawn(io_, run(), asio::detached);
}

void SourceKeeper::stop() {
    is_stopped_ = true;
    timer_.cancel();
}

Task<> SourceKeeper::run() {
    while (!is_stopped_) {
        if (!sources_.is_loaded() || sources_.has_trouble())
            co_await reload_();
        if (is_stopped_)
            co_return; // asked to stop meanwhile, when there was no wait to cancel
        timer_.expires_after(bounds::key_retry_interval);
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

} // namespace settled::intake
