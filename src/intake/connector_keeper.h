// Reads the connectors again while a key of one cannot be opened, or none were read yet: what was put
// right is found by itself.
//
// On the thread of its io_context.
#pragma once

#include "base/task.h"
#include "intake/connector_cache.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>

namespace settled::intake {

class ConnectorKeeper {
  public:
    ConnectorKeeper(boost::asio::io_context& io, const ConnectorCache& connectors,
                    std::function<Task<>()> reload)
        : io_(io), timer_(io), connectors_(connectors), reload_(std::move(reload)) {}

    void start();
    void stop();

  private:
    Task<> run();

    boost::asio::io_context& io_;
    boost::asio::steady_timer timer_;
    const ConnectorCache& connectors_;
    std::function<Task<>()> reload_;
    bool is_stopped_ = false;
};

} // namespace settled::intake
