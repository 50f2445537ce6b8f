// Reads the connectors again while a key of one cannot be opened, or none were read yet, or a secret in
// use has changed in its place or is to be read again: what was put right is found by itself.
//
// On the thread of its io_context.
#pragma once

#include "base/repeating_task.h"
#include "base/task.h"
#include "intake/connector_cache.h"

#include <boost/asio/io_context.hpp>

#include <functional>

namespace settled::intake {

class ConnectorKeeper {
  public:
    ConnectorKeeper(boost::asio::io_context& io, const ConnectorCache& connectors,
                    std::function<Task<>()> reload, std::function<Task<bool>()> is_due);

    void start() { task_.start(); }
    void stop() { task_.stop(); }

  private:
    Task<> look();

    const ConnectorCache& connectors_;
    std::function<Task<>()> reload_;
    std::function<Task<bool>()> is_due_; // a secret
    RepeatingTask task_;
};

} // namespace settled::intake
