// A sandbox on a thread of its own, next to a server in the same process.
#pragma once

#include "sandbox/sandbox.h"

#include <memory>
#include <optional>
#include <thread>

namespace settled::dev {

class SandboxThread {
  public:
    SandboxThread() = default;
    SandboxThread(const SandboxThread&) = delete;
    SandboxThread& operator=(const SandboxThread&) = delete;
    ~SandboxThread() { stop(); }

    // It listens, and does nothing yet. Fails as Sandbox::start().
    Result<> open(sandbox::SandboxOptions options);
    // Between open() and start() only.
    sandbox::Sandbox& get() { return *sandbox_; }
    void start();
    // Returns when the thread has ended; again, or without start(), it does nothing.
    void stop();

  private:
    boost::asio::io_context io_{1};
    std::unique_ptr<sandbox::Sandbox> sandbox_;
    std::thread thread_;
};

} // namespace settled::dev
