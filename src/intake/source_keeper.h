// Reads the sources again while a key of one cannot be opened, or none were read yet: what was put
// right is found by itself.
//
// On the thread of its io_context.
#pragma once

#include "base/task.h"
#include "intake/source_cache.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>

namespace settled::intake {

class SourceKeeper {
  public:
    SourceKeeper(boost::asio::io_context& io, const SourceCache& sources,
                 std::function<Task<>()> reload)
        : io_(io), timer_(io), sources_(sources), reload_(std::move(reload)) {}

    void start();
    void stop();

  private:
    Task<> run();

    boost::asio::io_context& io_;
    boost::asio::steady_timer timer_;
    const SourceCache& sources_;
    std::function<Task<>()> reload_;
    bool is_stopped_ = false;
};

} // namespace settled::intake
