#include "dev/sandbox_thread.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>

namespace settled::dev {

namespace {

Task<> wind_down(sandbox::Sandbox& sandbox) {
    co_await sandbox.stop();
    sandbox.io().stop();
}

} // namespace

Result<> SandboxThread::open(sandbox::SandboxOptions options) {
    TRY(sandbox_, sandbox::Sandbox::start(io_, std::move(options)));
    return {};
}

void SandboxThread::start() {
    thread_ = std::thread([this] {
        const auto busy = boost::asio::make_work_guard(io_);
        io_.run();
    });
}

void SandboxThread::stop() {
    if (!thread_.joinable())
        return;
    boost::asio::co_spawn(io_, wind_down(*sandbox_), boost::asio::detached);
    thread_.join();
}

} // namespace settled::dev
