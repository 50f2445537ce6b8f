// Reads the connectors again while a key of one cannot be opened, or none were read yet, or a secret in
// use has changed in its place or is to be read again: what was put right is found by itself.
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
                    std::function<Task<>()> reload, std::function<Task<bool>()> is_due)
        : io_(io), timer_(io), connectors_(connectors), reload_(std::move(reload)),
          is_due_(std::move(is_due)) {}

    void start();
    void stop();

  private:
    Task<> run();
    Task<> look();

    boost::asio::io_context& io_;
    boost::asio::steady_timer timer_;
    const ConnectorCache& connectors_;
    std::function<Task<>()> reload_;
    std::function<Task<bool>()> is_due_; // a secret
    bool is_stopped_ = false;
};

} // namespace settled::intake
