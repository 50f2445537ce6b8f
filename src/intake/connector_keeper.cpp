#include "intake/connector_keeper.h"

#include "intake/bounds.h"

namespace settled::intake {

ConnectorKeeper::ConnectorKeeper(boost::asio::io_context& io, const ConnectorCache& connectors,
                                 std::function<Task<>()> reload, std::function<Task<bool>()> is_due)
    : connectors_(connectors), reload_(std::move(reload)), is_due_(std::move(is_due)),
      task_(io, bounds::key_retry_interval, [this] { return look(); }) {}

Task<> ConnectorKeeper::look() {
    bool wants = !connectors_.is_loaded() || connectors_.has_trouble();
    if (!wants)
        wants = co_await is_due_();
    if (wants && !task_.is_stopped())
        co_await reload_();
}

} // namespace settled::intake
