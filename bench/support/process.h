// The server under test: the real binary in a process of its own.
#pragma once

#include "base/error.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace settled::bench {

class ServerProcess {
  public:
    // Starts the `settled serve` of this program's folder on a free loopback port; returns when
    // /readyz says yes.
    static Result<ServerProcess> start(const std::string& data, const std::string& config_file);
    ServerProcess(ServerProcess&& other) noexcept;
    ServerProcess& operator=(ServerProcess&&) = delete;
    ~ServerProcess(); // SIGTERM, and waits

    std::uint16_t port() const { return port_; }
    std::chrono::microseconds ready_after() const { return ready_after_; }
    // CPU time of all its threads so far.
    std::chrono::nanoseconds cpu() const;
    double resident_mib() const;
    // Handed to the disk so far.
    std::uint64_t bytes_written() const;

  private:
    ServerProcess() = default;
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
    std::chrono::microseconds ready_after_{0};
};

// A port that no process uses now.
std::uint16_t free_port();

} // namespace settled::bench
