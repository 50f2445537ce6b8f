#include "intake/connector_keeper.h"

#include "intake/bounds.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace settled::intake {

namespace asio = boost::asio;

void ConnectorKeeper::start() {
    asio::co_spawn(io_, run(), asio::detached);
}

void ConnectorKeeper::stop() {
    is_stopped_ = true;
    timer_.cancel();
}

Task<> ConnectorKeeper::run() {
    while (!is_stopped_) {
        co_await look();
        if (is_stopped_)
            co_return; // asked to stop meanwhile, when there was no wait to cancel
        timer_.expires_after(bounds::key_retry_interval);
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

Task<> ConnectorKeeper::look() {
    bool wants = !connectors_.is_loaded() || connectors_.has_trouble();
    if (!wants)
        wants = co_await is_due_();
    if (wants && !is_stopped_)
        co_await reload_();
}

} // namespace settled::intake
